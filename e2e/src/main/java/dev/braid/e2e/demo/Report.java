package dev.braid.e2e.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/**
 * Runs the steps of the demo, says which is under way, and prints them all in one table at the end.
 */
final class Report {

  /** A step that did not do what it should: the report ends with it. */
  static final class StepFailed extends Exception {
    private static final long serialVersionUID = 1L;

    StepFailed(String step, Throwable why) {
      super(step, why);
    }
  }

  private record Row(String step, String seen, Duration took) {}

  private final PrintStream out;
  private final List<Row> rows = new ArrayList<>();

  Report(PrintStream out) {
    this.out = out;
  }

  /** A step whose outcome is worth a word in the table. */
  String step(String name, Callable<String> work) throws StepFailed {
    return value(name, seen -> seen, work);
  }

  /** What the table says of a step's result. */
  @FunctionalInterface
  interface Words<T> {
    String of(T result);
  }

  /** A step that gives something to later ones. */
  <T> T value(String name, Words<T> words, Callable<T> work) throws StepFailed {
    out.printf("%-3s %s ...%n", rows.size() + 1 + ".", name);
    long start = System.nanoTime();
    try {
      T result = work.call();
      String seen = words.of(result);
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      rows.add(new Row(name, seen, took));
      out.printf("    %s (%s)%n", seen, seconds(took));
      return result;
    } catch (Exception | AssertionError e) {
      rows.add(new Row(name, "FAILED", Duration.ofNanos(System.nanoTime() - start)));
      throw new StepFailed(name, e);
    }
  }

  void print() {
    int wide = rows.stream().mapToInt(r -> r.step().length()).max().orElse(0);
    int seen = rows.stream().mapToInt(r -> r.seen().length()).max().orElse(0);
    String line = "-".repeat(wide + seen + 14);
    out.println();
    out.println(line);
    for (Row row : rows) {
      out.printf(
          "%-" + wide + "s  %-" + Math.max(1, seen) + "s  %10s%n",
          row.step(),
          row.seen(),
          seconds(row.took()));
    }
    out.println(line);
  }

  private static String seconds(Duration took) {
    return String.format(Locale.ROOT, "%.1f s", took.toMillis() / 1000.0);
  }
}
