package dev.braid.e2e.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One line of the outcome.
 *
 * @param name of the case
 * @param subject what was measured: {@code braid}, {@code floor}, …
 * @param n how often
 * @param p50Millis negative where no time was taken
 * @param processes that were started for one; negative where nobody counted
 * @param more by name, with its unit in it: {@code pss_mib}
 */
record Row(
    String name,
    String subject,
    int n,
    double p50Millis,
    double p99Millis,
    int processes,
    Map<String, Double> more) {

  private static final double NINETY_NINE = 0.99;

  static Row ofTimes(String name, String subject, List<Double> millis) {
    List<Double> sorted = millis.stream().sorted().toList();
    return new Row(
        name, subject, sorted.size(), at(sorted, 0.5), at(sorted, NINETY_NINE), -1, Map.of());
  }

  static Row ofValue(String name, String subject, int n, String unit, double value) {
    return new Row(name, subject, n, -1, -1, -1, Map.of(unit, value));
  }

  /** The smallest that so many do not exceed. */
  private static double at(List<Double> sorted, double part) {
    int index = (int) Math.ceil(part * sorted.size()) - 1;
    return sorted.get(Math.max(0, index));
  }

  String json() {
    var text = new StringBuilder();
    text.append("{\"case\":\"").append(name).append("\",\"subject\":\"").append(subject);
    text.append("\",\"n\":").append(n);
    if (p50Millis >= 0) {
      text.append(String.format(Locale.ROOT, ",\"p50_ms\":%.1f", p50Millis));
      text.append(String.format(Locale.ROOT, ",\"p99_ms\":%.1f", p99Millis));
    }
    if (processes >= 0) {
      text.append(",\"processes\":").append(processes);
    }
    more.forEach((k, v) -> text.append(String.format(Locale.ROOT, ",\"%s\":%.1f", k, v)));
    return text.append('}').toString();
  }

  String line() {
    var text =
        new StringBuilder(String.format(Locale.ROOT, "%-14s %-18s n %-4d", name, subject, n));
    if (p50Millis >= 0) {
      text.append(String.format(Locale.ROOT, " p50 %8.1f ms  p99 %8.1f ms", p50Millis, p99Millis));
    }
    more.forEach((k, v) -> text.append(String.format(Locale.ROOT, " %s %.1f", k, v)));
    return text.toString();
  }
}
