package dev.braid.base.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/** The metrics of a program, in Prometheus' text format 0.0.4. Safe for many threads. */
public final class Metrics {

  /** What a reader is told of the text. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private record Family(String help, String type, Supplier<List<String>> rows) {}

  private final Map<String, Family> families = new ConcurrentSkipListMap<>();

  /**
   * @param name {@code braid_..._total}
   */
  public Counter counter(String name, String help, String... labels) {
    var counter = new Counter(List.of(labels));
    put(name, new Family(help, "counter", () -> rows(name, counter)));
    return counter;
  }

  /** What is read each time that somebody asks. */
  public void gauge(String name, String help, DoubleSupplier value) {
    put(name, new Family(help, "gauge", () -> List.of(name + " " + value.getAsDouble())));
  }

  /** As {@link #gauge}, a reading for each combination of the labels' values that there is now. */
  public void gauges(
      String name, String help, List<String> labels, Supplier<Map<List<String>, Double>> values) {
    put(
        name,
        new Family(
            help,
            "gauge",
            () ->
                values.get().entrySet().stream()
                    .map(e -> name + labels(labels, e.getKey()) + " " + e.getValue())
                    .sorted()
                    .toList()));
  }

  private void put(String name, Family family) {
    if (!name.matches("[a-z_]+") || families.putIfAbsent(name, family) != null) {
      throw new IllegalArgumentException("metric " + name + ": there already, or no name for one");
    }
  }

  /** All of them, by name. */
  public String text() {
    var text = new StringBuilder();
    families.forEach(
        (name, family) -> {
          text.append("# HELP ").append(name).append(' ').append(family.help()).append('\n');
          text.append("# TYPE ").append(name).append(' ').append(family.type()).append('\n');
          family.rows().get().forEach(row -> text.append(row).append('\n'));
        });
    return text.toString();
  }

  private static List<String> rows(String name, Counter counter) {
    var rows = new ArrayList<String>();
    counter
        .sums()
        .forEach(
            (values, sum) -> rows.add(name + labels(counter.labels(), values) + " " + sum.sum()));
    rows.sort(String::compareTo);
    return rows;
  }

  private static String labels(List<String> labels, List<String> values) {
    if (values.isEmpty()) {
      return "";
    }
    var pairs = new ArrayList<String>();
    for (int i = 0; i < values.size(); i++) {
      pairs.add(labels.get(i) + "=\"" + escaped(values.get(i)) + "\"");
    }
    return "{" + String.join(",", pairs) + "}";
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
