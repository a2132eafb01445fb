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

  /**
   * @param lab whether it is the lab's own, and nothing that a user of Braid would wait for
   */
  private record Row(String step, String seen, Duration took, boolean lab) {}

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
    return run(name, words, work, false);
  }

  /** A step that belongs to the lab: in a user's place it is there already. */
  <T> T lab(String name, Words<T> words, Callable<T> work) throws StepFailed {
    return run(name, words, work, true);
  }

  /** Something to look at while it goes on, as it is. */
  void show(String text) {
    out.println();
    text.lines().forEach(line -> out.println("    " + line));
    out.println();
  }

  private <T> T run(String name, Words<T> words, Callable<T> work, boolean lab) throws StepFailed {
    out.printf("%-3s %s ...%n", rows.size() + 1 + ".", name);
    long start = System.nanoTime();
    try {
      T result = work.call();
      String seen = words.of(result);
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      rows.add(new Row(name, seen, took, lab));
      out.printf("    %s (%s)%n", seen, seconds(took));
      return result;
    } catch (Exception | AssertionError e) {
      rows.add(new Row(name, "FAILED", Duration.ofNanos(System.nanoTime() - start), lab));
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
          "%-" + wide + "s  %-" + Math.max(1, seen) + "s  %10s%s%n",
          row.step(),
          row.seen(),
          seconds(row.took()),
          row.lab() ? "  lab" : "");
    }
    out.println(line);
    out.printf(
        "%s, of it the lab's own start (lab): %s%n",
        seconds(total(true).plus(total(false))), seconds(total(true)));
  }

  private Duration total(boolean lab) {
    return rows.stream()
        .filter(r -> r.lab() == lab)
        .map(Row::took)
        .reduce(Duration.ZERO, Duration::plus);
  }

  private static String seconds(Duration took) {
    return String.format(Locale.ROOT, "%.1f s", took.toMillis() / 1000.0);
  }
}
