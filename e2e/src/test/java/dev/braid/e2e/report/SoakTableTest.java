package dev.braid.e2e.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a soak writes down, and what becomes of it. */
class SoakTableTest {

  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  @Test
  @DisplayName("The last result of a test counts; the table says seed, date and commit of all")
  void lastCounts(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("abc/results.tsv");
    assertThat(SoakResult.last(file)).as("a soak that has not begun").isEmpty();
    result("flaps", "failed", NOON).appendTo(file);
    result("killed [1] AGENT", "failed", NOON.plusSeconds(60)).appendTo(file);
    result("flaps", "passed", NOON.plusSeconds(3600)).appendTo(file);

    var last = SoakResult.last(file);

    assertThat(last)
        .containsExactlyInAnyOrder(
            result("flaps", "passed", NOON.plusSeconds(3600)),
            result("killed [1] AGENT", "failed", NOON.plusSeconds(60)));
    assertThat(SoakTable.of(last, "abc"))
        .contains(
            "commit `abc`",
            "2026-11-22 12:01 to 2026-11-22 13:00",
            "1 tests passed, 1 failed, 3 minutes",
            "| `SomeLabTest` | flaps | passed | 1.5 | 77 | 2026-11-22 13:00 |",
            "| `SomeLabTest` | killed [1] AGENT | **failed** | 1.5 | 77 | 2026-11-22 12:01 |");
  }

  private static SoakResult result(String test, String outcome, Instant at) {
    return new SoakResult("SomeLabTest", test, outcome, 90, "77", at);
  }
}
