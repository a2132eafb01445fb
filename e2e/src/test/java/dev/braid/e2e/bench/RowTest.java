package dev.braid.e2e.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RowTest {

  private final Row row =
      Row.of(
          "attach",
          Subject.BRAID,
          List.of(Took.parse("0 90.5"), Took.parse("0 100.0"), Took.parse("2 400.0")));

  @Test
  @DisplayName("a row has the median and the worst of its times, and of the processes")
  void times() {
    assertThat(row.line())
        .contains("n 3", "p50    100.0 ms", "p99    400.0 ms", "processes 0", "processes_most 2");
    assertThat(row.json())
        .contains("\"p50_ms\":100.0", "\"p99_ms\":400.0", "\"processes\":0", "_most\":2");
  }

  @Test
  @DisplayName("beside a value stands what it was to be at most, and whether it is")
  void limits() {
    assertThat(row.heldTo(new Limit("of floor", 1.25, 1.25)).line())
        .endsWith("; of floor 1.25 (<= 1.25 met)");
    Row late = row.heldTo(new Limit("of floor", 1.31, 1.25));
    assertThat(late.line()).endsWith("; of floor 1.31 (<= 1.25 NOT MET)");
    assertThat(late.json())
        .contains("{\"what\":\"of floor\",\"value\":1.310,\"most\":1.250,\"met\":false}");
  }

  @Test
  @DisplayName("of several LUNs at once each has its time, and the slowest is the wall's")
  void together() {
    Took took = Took.parse("3 10.0 30.0 20.0");
    assertThat(took.wall()).isEqualTo(30);
    assertThat(Row.of("attach-3", Subject.FLOOR, List.of(took)).n()).isEqualTo(3);
  }
}
