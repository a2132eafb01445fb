package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.NoPath;
import dev.braid.initiator.Parallel.Outcome;
import dev.braid.linux.lock.Lock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HoldTest {

  private final CountDownLatch released = new CountDownLatch(1);

  private final Lock lock =
      new Lock() {
        @Override
        public void share() {}

        @Override
        public void close() {
          released.countDown();
        }
      };

  @Test
  @DisplayName("rule 12: a lock under which nothing came about is let go of, whatever the failure")
  void nothingMade() {
    assertThatThrownBy(
            () ->
                Hold.over(
                    lock,
                    hold -> {
                      throw new IllegalStateException("nobody foresaw this");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(released.getCount()).isZero();
  }

  @Test
  @DisplayName("rule 12: what is made under a lock keeps it")
  void made() {
    Hold kept = Hold.over(lock, hold -> hold);
    assertThat(released.getCount()).isEqualTo(1);
    kept.close();
    assertThat(released.getCount()).isZero();
  }

  @Test
  @DisplayName("rule 12: where the system has no thread to give, no lock is held for it for ever")
  void noThread() {
    try (var hold = new Hold(lock)) {
      assertThatThrownBy(
              () ->
                  Parallel.start(
                      "a test",
                      hold,
                      () -> "never",
                      () -> {},
                      thread -> {
                        throw new OutOfMemoryError("unable to create native thread");
                      }))
          .isInstanceOf(OutOfMemoryError.class);
    }
    assertThat(released.getCount()).isZero();
  }

  @Test
  @DisplayName("rule 12: a deadline ends the wait for a path that hangs, not its hold of the lock")
  void hangs() throws InterruptedException {
    var hung = new CountDownLatch(1);
    Callable<String> hangs =
        () -> {
          while (hung.getCount() > 0) {
            try {
              hung.await();
            } catch (InterruptedException e) {
              continue; // as a write to the kernel would
            }
          }
          return "late";
        };
    List<Outcome<String>> outcomes;
    try (var hold = new Hold(lock)) {
      outcomes =
          Parallel.run(
              "a test",
              hold,
              List.of(
                  () -> "done",
                  hangs,
                  () -> {
                    throw new NoPath("none");
                  }),
              Deadline.after(Duration.ofMillis(300)));
    }

    assertThat(outcomes.get(0)).isEqualTo(new Outcome.Done<>("done"));
    assertThat(((Outcome.Failed<String>) outcomes.get(1)).why()).isInstanceOf(DeadlinePassed.class);
    assertThat(((Outcome.Failed<String>) outcomes.get(2)).why()).isInstanceOf(NoPath.class);
    assertThat(released.getCount()).isEqualTo(1);

    hung.countDown();

    released.await();
  }
}
