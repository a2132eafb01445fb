package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.base.error.NoPath;
import dev.braid.initiator.Parallel.Outcome;
import dev.braid.linux.lock.Lock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ParallelTest {

  private final CountDownLatch released = new CountDownLatch(1);

  @Test
  @Timeout(20)
  @DisplayName("F20: once one way is there, one that hangs is not waited for; it keeps its lock")
  void hangs() throws InterruptedException {
    var end = new CountDownLatch(1);
    var hold = hold();
    var outcomes =
        Parallel.race(
            "logging in",
            hold,
            List.<Callable<String>>of(
                () -> "up",
                () -> {
                  end.await();
                  return "late";
                }),
            up -> true,
            Duration.ofMillis(50),
            Deadline.after(Duration.ofMinutes(10)));
    assertThat(outcomes.get(0)).isEqualTo(new Outcome.Done<>("up"));
    assertThat(outcomes.get(1)).isInstanceOf(Outcome.Failed.class);
    hold.close();
    assertThat(released.getCount()).as("what goes on holds on").isEqualTo(1);
    end.countDown();
    released.await();
  }

  @Test
  @DisplayName("F20: where none is there, all are waited for and each says why")
  void allFail() {
    var hold = hold();
    List<Outcome<String>> outcomes =
        Parallel.race(
            "logging in",
            hold,
            List.<Callable<String>>of(
                () -> {
                  throw new NoPath("refused");
                },
                () -> {
                  throw new NoPath("silent");
                }),
            up -> true,
            Duration.ofMillis(50),
            Deadline.after(Duration.ofMinutes(10)));
    assertThat(outcomes)
        .extracting(o -> ((Outcome.Failed<String>) o).why().getMessage())
        .containsExactly("refused", "silent");
  }

  @Test
  @Timeout(20)
  @DisplayName("rule 12: who sees that something is done finds what it held free")
  void releasesFirst() throws Exception {
    var begin = new CountDownLatch(1);
    var running = new CompletableFuture<FutureTask<String>>();
    var doneBefore = new AtomicBoolean(true);
    var hold =
        new Hold(
            new Lock() {
              @Override
              public void share() {}

              @Override
              public void close() {
                doneBefore.set(running.join().isDone());
              }
            });
    Callable<String> task =
        () -> {
          begin.await();
          return "done";
        };
    running.complete(Parallel.start("working", hold, task, () -> {}, Thread::start));
    hold.close();
    begin.countDown();
    assertThat(running.join().get()).isEqualTo("done");
    assertThat(doneBefore).isFalse();
  }

  private Hold hold() {
    return new Hold(
        new Lock() {
          @Override
          public void share() {}

          @Override
          public void close() {
            released.countDown();
          }
        });
  }
}
