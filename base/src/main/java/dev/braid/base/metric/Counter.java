package dev.braid.base.metric;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.DoubleAdder;

/** A sum that only grows, one for each combination of its labels' values. */
public final class Counter {

  private final List<String> labels;
  private final Map<List<String>, DoubleAdder> sums = new ConcurrentHashMap<>();

  Counter(List<String> labels) {
    this.labels = List.copyOf(labels);
    if (labels.isEmpty()) {
      add(0); // known from the start, so that a first event is seen as a change
    }
  }

  /**
   * @param values of the labels, in their order. Few ever: each combination is kept for good
   */
  public void add(double amount, String... values) {
    if (values.length != labels.size()) {
      throw new IllegalArgumentException("want a value for each of " + labels);
    }
    sums.computeIfAbsent(List.of(values), v -> new DoubleAdder()).add(amount);
  }

  public double sum(String... values) {
    DoubleAdder sum = sums.get(List.of(values));
    return sum == null ? 0 : sum.sum();
  }

  List<String> labels() {
    return labels;
  }

  Map<List<String>, DoubleAdder> sums() {
    return sums;
  }
}
