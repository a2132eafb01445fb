package dev.braid.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.error.DeadlinePassed;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DeadlineTest {

  /** Near the end of a long, as System.nanoTime may be. */
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000);

  @Test
  @DisplayName("A deadline passes when its time is over, also where the clock's number wraps")
  void passes() {
    var deadline = Deadline.after(Duration.ofSeconds(1), now::get);
    assertThat(deadline.passed()).isFalse();
    assertThat(deadline.leftMillis()).isEqualTo(1000);
    now.addAndGet(Duration.ofMillis(999).toNanos());
    assertThat(deadline.leftMillis()).isEqualTo(1);
    now.addAndGet(Duration.ofMillis(1).toNanos());
    assertThat(deadline.passed()).isTrue();
    assertThat(deadline.left()).isZero();
    assertThatThrownBy(() -> deadline.check("waiting for the map"))
        .isInstanceOf(DeadlinePassed.class)
        .hasMessageContaining("waiting for the map");
  }

  @Test
  @DisplayName("A step gets its own limit, but never more than the call has left")
  void atMost() {
    var deadline = Deadline.after(Duration.ofSeconds(10), now::get);
    assertThat(deadline.atMost(Duration.ofSeconds(2)).leftMillis()).isEqualTo(2000);
    assertThat(deadline.atMost(Duration.ofSeconds(20)).leftMillis()).isEqualTo(10_000);
  }
}
