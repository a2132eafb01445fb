package dev.braid.e2e.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** docs/metrics.md and the programs say the same. */
class MetricsDocTest {

  private static final String TEXT = "\"((?:[^\"\\\\]|\\\\.)*)\"";

  /** A metric as it is made: its name, what it is, its labels. */
  private static final Pattern MADE =
      Pattern.compile(
          "\\.(?:counter|gauges?)\\(\\s*\"(braid_[a-z_]+)\",\\s*"
              + TEXT
              + "(,\\s*List\\.of\\([^)]*\\)|(?:,\\s*"
              + TEXT
              + ")*)");

  private static final Pattern NAME = Pattern.compile("\"(braid_[a-z_]+)\"");
  private static final Pattern LABEL = Pattern.compile(TEXT);
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `(braid_[a-z_]+)` \\| (.*) \\| [^|]+ \\| (.*) \\|$");

  private record Row(String labels, String what) {}

  @Test
  @DisplayName(
      "docs/metrics.md lists every metric that a program makes, its labels and its meaning")
  void same() throws IOException {
    var listed = new TreeMap<String, Row>();
    String page = Files.readString(Repository.root().resolve("docs/metrics.md"));
    for (MatchResult row : ROW.matcher(page).results().toList()) {
      listed.put(row.group(1), new Row(row.group(2), row.group(3)));
    }
    assertThat(listed).isNotEmpty().isEqualTo(made());
  }

  private static Map<String, Row> made() throws IOException {
    var made = new TreeMap<String, Row>();
    var named = new TreeMap<String, Path>();
    for (Path source : sources()) {
      String text = Files.readString(source);
      NAME.matcher(text).results().forEach(m -> named.put(m.group(1), source));
      for (MatchResult metric : MADE.matcher(text).results().toList()) {
        made.put(metric.group(1), new Row(labels(metric.group(3)), metric.group(2)));
      }
    }
    assertThat(made.keySet()).as("metrics that this test can read").isEqualTo(named.keySet());
    return made;
  }

  private static String labels(String arguments) {
    String labels =
        LABEL
            .matcher(arguments)
            .results()
            .map(label -> "`" + label.group(1) + "`")
            .collect(Collectors.joining(", "));
    return labels.isEmpty() ? "–" : labels;
  }

  private static List<Path> sources() throws IOException {
    var sources = new ArrayList<Path>();
    try (Stream<Path> modules = Files.list(Repository.root())) {
      for (Path main : modules.map(m -> m.resolve("src/main/java")).toList()) {
        if (Files.isDirectory(main)) {
          try (Stream<Path> files = Files.walk(main)) {
            files.filter(f -> f.toString().endsWith(".java")).forEach(sources::add);
          }
        }
      }
    }
    return sources;
  }
}
