package dev.braid.e2e.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One line of the outcome.
 *
 * @param name of the case
 * @param subject what was measured: {@code braid}, {@code floor}, …
 * @param n how often
 * @param p50Millis negative where no time was taken
 * @param processes that were started for one, in the middle of all; negative where nobody counted
 * @param more by name, with its unit in it: {@code pss_mib}
 * @param limits that it is held to
 */
record Row(
    String name,
    String subject,
    int n,
    double p50Millis,
    double p99Millis,
    int processes,
    Map<String, Double> more,
    List<Limit> limits) {

  /** In the request that started the most. */
  static final String MOST_PROCESSES = "processes_most";

  private static final double HALF = 0.5;
  private static final double NINETY_NINE = 0.99;

  static Row ofTimes(String name, String subject, List<Double> millis) {
    List<Double> sorted = millis.stream().sorted().toList();
    return new Row(
        name,
        subject,
        sorted.size(),
        at(sorted, HALF),
        at(sorted, NINETY_NINE),
        -1,
        Map.of(),
        List.of());
  }

  static Row ofValue(String name, String subject, int n, String unit, double value) {
    return new Row(name, subject, n, -1, -1, -1, Map.of(unit, value), List.of());
  }

  /** Of requests, each of one LUN or of several at once. */
  static Row of(String name, Subject subject, List<Took> requests) {
    List<Double> millis = requests.stream().flatMap(t -> t.millis().stream()).toList();
    List<Double> processes = requests.stream().map(t -> (double) t.processes()).sorted().toList();
    Row times = ofTimes(name, subject.text(), millis);
    return new Row(
            name,
            subject.text(),
            times.n,
            times.p50Millis,
            times.p99Millis,
            (int) at(processes, HALF),
            Map.of(),
            List.of())
        .with(MOST_PROCESSES, processes.get(processes.size() - 1));
  }

  /** How many processes one request started at most. */
  double most() {
    return more.getOrDefault(MOST_PROCESSES, (double) processes);
  }

  Row with(String unit, double value) {
    var all = new LinkedHashMap<>(more);
    all.put(unit, value);
    return new Row(name, subject, n, p50Millis, p99Millis, processes, all, limits);
  }

  Row heldTo(Limit limit) {
    var all = new ArrayList<>(limits);
    all.add(limit);
    return new Row(name, subject, n, p50Millis, p99Millis, processes, more, all);
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
    more.forEach((k, v) -> text.append(",\"").append(k).append("\":").append(number(v)));
    if (!limits.isEmpty()) {
      text.append(",\"limits\":");
      text.append(limits.stream().map(Limit::json).collect(Collectors.joining(",", "[", "]")));
    }
    return text.append('}').toString();
  }

  String line() {
    var text =
        new StringBuilder(String.format(Locale.ROOT, "%-14s %-18s n %-4d", name, subject, n));
    if (p50Millis >= 0) {
      text.append(String.format(Locale.ROOT, " p50 %8.1f ms  p99 %8.1f ms", p50Millis, p99Millis));
    }
    if (processes >= 0) {
      text.append(" processes ").append(processes);
    }
    more.forEach((k, v) -> text.append(' ').append(k).append(' ').append(number(v)));
    limits.forEach(limit -> text.append("; ").append(limit.text()));
    return text.toString();
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.2f", value);
  }
}
