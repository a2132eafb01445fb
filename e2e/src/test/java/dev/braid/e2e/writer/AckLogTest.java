package dev.braid.e2e.writer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AckLogTest {

  private final AckLog log = new AckLog(7);

  private void ack(long sequence, long millis) {
    log.accept("ack " + sequence + " " + (1_000_000 + millis) + " " + millis * 1000 + " 800");
  }

  @Test
  @DisplayName("The largest gap is that between two acknowledgements, by the writer's own clock")
  void gap() {
    log.accept("ready 10 7");
    ack(7, 0);
    ack(8, 300);
    ack(9, 310);
    ack(10, 9_310);
    ack(11, 9_400);

    assertThat(log.largestGap())
        .hasValueSatisfying(
            gap -> {
              assertThat(gap.length()).isEqualTo(Duration.ofSeconds(9));
              assertThat(gap.after().sequence()).isEqualTo(10);
            });
    assertThat(log.largestGapSince(1_009_311))
        .hasValueSatisfying(gap -> assertThat(gap.length()).isEqualTo(Duration.ofMillis(90)));
    assertThat(log.count()).isEqualTo(5);
    assertThat(log.next()).isEqualTo(12);
  }

  @Test
  @DisplayName("A line that breaks off, or is out of order, acknowledges nothing")
  void halfALine() {
    ack(7, 0);
    log.accept("ack 8 100");
    ack(9, 20);

    assertThat(log.count()).isEqualTo(1);
    assertThat(log.strange()).hasSize(2);
  }

  @Test
  @DisplayName("Who waits for acknowledgements is told when the writer failed")
  void failed() {
    ack(7, 0);
    log.accept("error 8 java.io.IOException: Input/output error");

    assertThatThrownBy(() -> log.awaitMore(1, Deadline.after(Duration.ofMinutes(1))))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Input/output error");
    assertThat(log.next()).isEqualTo(8);
  }

  @Test
  @DisplayName("Who waits for acknowledgements does so no longer than told")
  void late() {
    ack(7, 0);

    assertThatThrownBy(() -> log.awaitCount(2, Deadline.after(Duration.ofMillis(20))))
        .hasMessageContaining("not in time: 2 records");
  }
}
