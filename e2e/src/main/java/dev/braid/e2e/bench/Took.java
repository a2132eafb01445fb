package dev.braid.e2e.bench;

import java.util.Arrays;
import java.util.List;

/**
 * What one request cost.
 *
 * @param processes that the subject started for all of it
 * @param millis from the request's start until each LUN was done
 */
record Took(int processes, List<Double> millis) {

  Took {
    millis = List.copyOf(millis);
  }

  /** Reads {@code PROCESSES MILLIS...}. */
  static Took parse(String text) {
    String[] words = text.strip().split(" ");
    return new Took(
        Integer.parseInt(words[0]), Arrays.stream(words).skip(1).map(Double::parseDouble).toList());
  }

  /** Until the last was done. */
  double wall() {
    return millis.stream().mapToDouble(m -> m).max().orElse(0);
  }
}
