package dev.braid.e2e.probe;

import java.util.List;
import java.util.Map;

/**
 * What changed in a machine.
 *
 * @param added left over
 * @param removed gone although nobody asked for it
 */
public record Diff(Map<Kind, List<String>> added, Map<Kind, List<String>> removed) {

  private static final int SHOWN = 40;

  public Diff {
    added = Map.copyOf(added);
    removed = Map.copyOf(removed);
  }

  public boolean isEmpty() {
    return added.isEmpty() && removed.isEmpty();
  }

  public List<String> added(Kind kind) {
    return added.getOrDefault(kind, List.of());
  }

  public List<String> removed(Kind kind) {
    return removed.getOrDefault(kind, List.of());
  }

  /** Whether there is a difference that no waiting will mend. */
  boolean isForGood() {
    return added.keySet().stream().anyMatch(k -> !k.settles()) || !removed.isEmpty();
  }

  /** One line each, under their kinds: {@code +} is left over, {@code -} is gone. */
  @Override
  public String toString() {
    var text = new StringBuilder();
    for (Kind kind : Kind.values()) {
      if (!added(kind).isEmpty() || !removed(kind).isEmpty()) {
        text.append("  ").append(kind).append('\n');
        append(text, "    + ", added(kind));
        append(text, "    - ", removed(kind));
      }
    }
    return text.toString();
  }

  private static void append(StringBuilder text, String mark, List<String> lines) {
    lines.stream().limit(SHOWN).forEach(line -> text.append(mark).append(line).append('\n'));
    if (lines.size() > SHOWN) {
      text.append(mark).append("and ").append(lines.size() - SHOWN).append(" more\n");
    }
  }
}
