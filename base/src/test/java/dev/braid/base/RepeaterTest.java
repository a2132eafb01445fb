package dev.braid.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RepeaterTest {

  @Test
  @DisplayName("rule 15: a task that fails is run again by itself, until it succeeds")
  void again() throws InterruptedException {
    var runs = new AtomicInteger();
    var succeeded = new CountDownLatch(1);
    try (var repeater =
        Repeater.of(
            "test",
            () -> {
              if (runs.incrementAndGet() < 3) {
                throw new IllegalStateException("not yet");
              }
              succeeded.countDown();
            })) {
      repeater.wake();
      assertThat(succeeded.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(runs).hasValue(3);
    }
  }

  @Test
  @DisplayName("rule 19: wakes during a run make one more run, and without one nothing runs")
  void together() throws InterruptedException {
    var runs = new Semaphore(0);
    var may = new Semaphore(0);
    try (var repeater =
        Repeater.of(
            "test",
            () -> {
              runs.release();
              may.acquire();
            })) {
      assertThat(runs.tryAcquire(100, TimeUnit.MILLISECONDS)).isFalse();
      repeater.wake();
      runs.acquire();
      repeater.wake();
      repeater.wake();
      repeater.wake();
      may.release();
      runs.acquire();
      may.release();
      assertThat(runs.tryAcquire(300, TimeUnit.MILLISECONDS)).isFalse();
    }
  }

  @Test
  @DisplayName("what wakes it in a flock, and within its settling, is done in one run")
  void settling() throws InterruptedException {
    var runs = new Semaphore(0);
    try (var repeater =
        Repeater.every(
            Duration.ofMinutes(1), Duration.ofMillis(200), "test", () -> runs.release())) {
      for (int i = 0; i < 10; i++) {
        repeater.wake();
      }
      assertThat(runs.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
      assertThat(runs.tryAcquire(500, TimeUnit.MILLISECONDS)).isFalse();
    }
  }
}
