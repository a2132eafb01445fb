package dev.braid.e2e.report;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Prints what a soak has shown so far, as the repository's docs keep it. */
public final class SoakTable {

  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm").withZone(ZoneOffset.UTC);

  private SoakTable() {}

  /**
   * @param args the file of the results, and the commit of the code that they are of
   */
  public static void main(String[] args) throws IOException {
    System.out.print(of(SoakResult.last(Path.of(args[0])), args[1]));
  }

  static String of(Collection<SoakResult> results, String commit) {
    var text = new StringBuilder("# The last soak\n\n");
    text.append(summary(results, commit));
    text.append("\n| class | test | outcome | minutes | seed | ended (UTC) |\n");
    text.append("|---|---|---|---|---|---|\n");
    results.stream()
        .sorted(Comparator.comparing(SoakResult::testClass).thenComparing(SoakResult::test))
        .forEach(result -> text.append(row(result)));
    return text.toString();
  }

  private static String summary(Collection<SoakResult> results, String commit) {
    List<Instant> ends = results.stream().map(SoakResult::at).sorted().toList();
    long failed = results.stream().filter(result -> !result.passed()).count();
    double minutes = results.stream().mapToDouble(SoakResult::seconds).sum() / 60;
    String when =
        ends.isEmpty()
            ? "nothing has ended yet"
            : MINUTE.format(ends.get(0)) + " to " + MINUTE.format(ends.get(ends.size() - 1));
    return String.format(
        Locale.ROOT,
        "`make soak` of commit `%s`, %s: %d tests passed, %d failed, %.0f minutes in all.%n",
        commit,
        when,
        results.size() - failed,
        failed,
        minutes);
  }

  private static String row(SoakResult result) {
    return List.of(
            "`" + result.testClass() + "`",
            result.test().replace("|", "\\|"),
            result.passed() ? result.outcome() : "**" + result.outcome() + "**",
            String.format(Locale.ROOT, "%.1f", result.seconds() / 60),
            result.seed(),
            MINUTE.format(result.at()))
        .stream()
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }
}
