package dev.braid.e2e.writer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A set of sequence numbers, mostly in long runs: {@code 0-99,105}. */
public final class Sequences {

  /** First to last of each run; runs neither touch nor overlap. */
  private final TreeMap<Long, Long> runs = new TreeMap<>();

  public static Sequences parse(String text) {
    var all = new Sequences();
    if (!text.isEmpty()) {
      for (String run : text.split(",")) {
        String[] ends = run.split("-");
        all.addRun(Long.parseLong(ends[0]), Long.parseLong(ends[ends.length - 1]));
      }
    }
    return all;
  }

  void add(long sequence) {
    addRun(sequence, sequence);
  }

  private void addRun(long first, long last) {
    long from = first;
    long to = last;
    Map.Entry<Long, Long> near = runs.floorEntry(to + 1);
    while (near != null && near.getValue() >= from - 1) {
      from = Math.min(from, near.getKey());
      to = Math.max(to, near.getValue());
      runs.remove(near.getKey());
      near = runs.floorEntry(to + 1);
    }
    runs.put(from, to);
  }

  public boolean contains(long sequence) {
    Map.Entry<Long, Long> run = runs.floorEntry(sequence);
    return run != null && run.getValue() >= sequence;
  }

  public long count() {
    return runs.entrySet().stream().mapToLong(r -> r.getValue() - r.getKey() + 1).sum();
  }

  public boolean isEmpty() {
    return runs.isEmpty();
  }

  /** The lowest; there must be one. */
  public long first() {
    return runs.firstKey();
  }

  /** The highest; there must be one. */
  public long last() {
    return runs.lastEntry().getValue();
  }

  List<Long> toList() {
    var all = new ArrayList<Long>();
    runs.forEach(
        (first, last) -> {
          for (long s = first; s <= last; s++) {
            all.add(s);
          }
        });
    return all;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Sequences s && runs.equals(s.runs);
  }

  @Override
  public int hashCode() {
    return runs.hashCode();
  }

  @Override
  public String toString() {
    return runs.entrySet().stream()
        .map(
            r ->
                r.getKey().equals(r.getValue()) ? "" + r.getKey() : r.getKey() + "-" + r.getValue())
        .collect(Collectors.joining(","));
  }
}
