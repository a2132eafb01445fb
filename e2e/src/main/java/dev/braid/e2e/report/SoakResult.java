package dev.braid.e2e.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What became of one test in a soak: a line in a file, its parts with tabs between them.
 *
 * @param test the method, with the name of the invocation where it has several
 * @param outcome {@link #PASSED} or {@code failed}
 * @param seed of what was chosen by chance
 */
public record SoakResult(
    String testClass, String test, String outcome, double seconds, String seed, Instant at) {

  public static final String PASSED = "passed";

  private static final int PARTS = 6;

  public boolean passed() {
    return outcome.equals(PASSED);
  }

  public boolean isOf(String otherClass, String otherTest) {
    return testClass.equals(otherClass) && test.equals(otherTest);
  }

  String line() {
    return String.join(
        "\t",
        testClass,
        test,
        outcome,
        String.format(Locale.ROOT, "%.1f", seconds),
        seed,
        at.toString());
  }

  static SoakResult parse(String line) {
    String[] parts = line.split("\t", -1);
    if (parts.length != PARTS) {
      throw new IllegalArgumentException("not a result of a soak: " + line);
    }
    return new SoakResult(
        parts[0],
        parts[1],
        parts[2],
        Double.parseDouble(parts[3]),
        parts[4],
        Instant.parse(parts[5]));
  }

  /** The last result of each test: one that failed may have been run again. */
  public static Collection<SoakResult> last(Path file) throws IOException {
    var last = new LinkedHashMap<List<String>, SoakResult>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        SoakResult result = parse(line);
        last.put(List.of(result.testClass(), result.test()), result);
      }
    }
    return List.copyOf(last.values());
  }

  public void appendTo(Path file) throws IOException {
    Files.createDirectories(Objects.requireNonNull(file.toAbsolutePath().getParent()));
    Files.writeString(file, line() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
