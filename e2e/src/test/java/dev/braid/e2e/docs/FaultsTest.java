package dev.braid.e2e.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** docs/faults.md and the tests say the same. */
class FaultsTest {

  private static final Pattern ROW = Pattern.compile("(?m)^\\| (F\\d+) \\|.*\\|([^|]*)\\|$");
  private static final Pattern FAULT = Pattern.compile("\\bF\\d+\\b");
  private static final Pattern CLASS = Pattern.compile("`(\\w+Test|\\w+IT)`");
  private static final Pattern DISPLAY_NAME =
      Pattern.compile("@DisplayName\\(\\s*((?:\"(?:[^\"\\\\]|\\\\.)*\"[\\s+]*)+)\\)");

  /** Number to the classes that the list names for it. */
  private final Map<String, Set<String>> listed = listed();

  /** Number to the classes that cite it. */
  private final Map<String, Set<String>> cited = cited();

  FaultsTest() throws IOException {}

  @Test
  @DisplayName(
      "Every fault listed in docs/faults.md is cited by a test, and every cited one is listed")
  void sameFaults() {
    assertThat(listed.keySet()).as("the list").isNotEmpty();
    assertThat(cited.keySet()).isEqualTo(listed.keySet());
  }

  @Test
  @DisplayName("The tests that docs/faults.md names for a fault do cite it")
  void namedTestsCite() {
    listed.forEach(
        (fault, classes) -> {
          assertThat(classes).as("tests named for %s", fault).isNotEmpty();
          assertThat(cited.getOrDefault(fault, Set.of())).as(fault).containsAll(classes);
        });
  }

  private static Map<String, Set<String>> listed() throws IOException {
    var listed = new TreeMap<String, Set<String>>();
    String text = Files.readString(Repository.root().resolve("docs/faults.md"));
    for (MatchResult row : ROW.matcher(text).results().toList()) {
      var classes = new TreeSet<String>();
      CLASS.matcher(row.group(2)).results().forEach(c -> classes.add(c.group(1)));
      assertThat(listed.put(row.group(1), classes)).as("%s twice", row.group(1)).isNull();
    }
    return listed;
  }

  private static Map<String, Set<String>> cited() throws IOException {
    var cited = new TreeMap<String, Set<String>>();
    for (Path source : testSources()) {
      String text = Files.readString(source);
      for (MatchResult name : DISPLAY_NAME.matcher(text).results().toList()) {
        for (MatchResult fault : FAULT.matcher(name.group(1)).results().toList()) {
          cited
              .computeIfAbsent(fault.group(), f -> new TreeSet<>())
              .add(source.getFileName().toString().replace(".java", ""));
        }
      }
    }
    return cited;
  }

  private static List<Path> testSources() throws IOException {
    try (Stream<Path> modules = Files.list(Repository.root())) {
      var sources = new TreeSet<Path>();
      for (Path tests : modules.map(m -> m.resolve("src/test/java")).toList()) {
        if (Files.isDirectory(tests)) {
          try (Stream<Path> files = Files.walk(tests)) {
            files.filter(f -> f.toString().matches(".*(Test|IT)\\.java")).forEach(sources::add);
          }
        }
      }
      return List.copyOf(sources);
    }
  }
}
