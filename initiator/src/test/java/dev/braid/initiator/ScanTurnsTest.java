package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ScanTurnsTest {

  private static final Duration EACH = Duration.ofSeconds(1);

  /** So many that the last one waits for longer than one scan may take. */
  private static final int MANY = 5;

  private final AtomicLong clock = new AtomicLong();
  private final ScanTurns turns = new ScanTurns(EACH, clock::get);
  private final Deadline never = Deadline.after(Duration.ofDays(1), clock::get);

  @Test
  @DisplayName("rule 10: a scan waits for as many others as there are, while they come to an end")
  void goesOn() throws Exception {
    ScanTurns.Call first = turns.call();
    assertThat(first.await(2, never)).isTrue();
    var all = new ArrayList<FutureTask<Boolean>>();
    for (int i = 0; i < MANY; i++) {
      var one = new FutureTask<>(() -> scan(turns.call()));
      all.add(one);
      inLine(one);
    }
    end(first);
    for (FutureTask<Boolean> one : all) {
      assertThat(one.get(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(clock.get()).as("what the last one waited").isGreaterThan(EACH.toNanos());
  }

  private boolean scan(ScanTurns.Call call) throws InterruptedException {
    if (!call.await(2, never)) {
      return false;
    }
    end(call);
    return true;
  }

  /** After most of the time that it may take. */
  private void end(ScanTurns.Call call) {
    clock.addAndGet(EACH.toNanos() * 3 / 4);
    call.end(2);
  }

  /** Returns when it waits for its turn. */
  private static Thread inLine(Runnable task) {
    var thread = new Thread(task);
    thread.start();
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    return thread;
  }

  @Test
  @DisplayName("rule 10: behind a scan that hangs nobody waits longer than one may take")
  void hangs() throws Exception {
    assertThat(turns.call().await(2, never)).isTrue();
    clock.addAndGet(EACH.toNanos());
    assertThat(turns.call().await(2, never)).as("behind it").isFalse();
    ScanTurns.Call other = turns.call();
    assertThat(other.await(3, never)).as("another host").isTrue();
    other.end(3);
    assertThat(turns.call().await(3, never)).as("the same one, after its end").isTrue();
  }

  @Test
  @DisplayName("rule 10: one that gives up its place lets those behind it come")
  void leaves() throws Exception {
    ScanTurns.Call first = turns.call();
    assertThat(first.await(2, never)).isTrue();
    var second = new FutureTask<>(() -> turns.call().await(2, never));
    inLine(second).interrupt();
    assertThatThrownBy(second::get).hasRootCauseInstanceOf(InterruptedException.class);
    first.end(2);
    assertThat(turns.call().await(2, never)).isTrue();
  }

  @Test
  @DisplayName("rule 10: a scan has all its time before it while it waits, and from when it begins")
  void patience() throws Exception {
    ScanTurns.Call call = turns.call();
    clock.addAndGet(EACH.toNanos() - 1);
    assertThat(call.patience().left()).isEqualTo(Duration.ofNanos(1));
    assertThat(call.await(2, never)).isTrue();
    assertThat(call.patience().left()).isEqualTo(EACH);
    clock.addAndGet(EACH.toNanos());
    assertThat(call.patience().passed()).isTrue();
  }
}
