package dev.braid.e2e.probe;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A machine's state at one moment, as lines; one thing that is there twice is there twice.
 *
 * <p>Equal, and the same as text, if everything but the processes is the same.
 */
public final class Snapshot {

  private final Map<Kind, List<String>> lines;

  Snapshot(Map<Kind, List<String>> lines) {
    var sorted = new EnumMap<Kind, List<String>>(Kind.class);
    lines.forEach((kind, all) -> sorted.put(kind, all.stream().sorted().toList()));
    this.lines = sorted;
  }

  /** In order. */
  public List<String> lines(Kind kind) {
    return lines.getOrDefault(kind, List.of());
  }

  /** What has changed since an earlier moment. */
  public Diff since(Snapshot before) {
    var added = new EnumMap<Kind, List<String>>(Kind.class);
    var removed = new EnumMap<Kind, List<String>>(Kind.class);
    for (Kind kind : Kind.values()) {
      put(added, kind, without(lines(kind), before.lines(kind)));
      if (kind != Kind.PROCESS) {
        put(removed, kind, without(before.lines(kind), lines(kind)));
      }
    }
    return new Diff(added, removed);
  }

  private static List<String> without(List<String> lines, List<String> known) {
    var left = new ArrayList<>(lines);
    known.forEach(left::remove);
    return left;
  }

  private static void put(Map<Kind, List<String>> into, Kind kind, List<String> lines) {
    if (!lines.isEmpty()) {
      into.put(kind, lines);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Snapshot s && toString().equals(s.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  @Override
  public String toString() {
    var text = new StringBuilder();
    for (Kind kind : Kind.values()) {
      if (!kind.settles()) {
        text.append(kind).append('\n');
        lines(kind).forEach(line -> text.append("    ").append(line).append('\n'));
      }
    }
    return text.toString();
  }
}
