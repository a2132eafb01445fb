package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ScanTurnsTest {

  /** Many times what a scan takes here, on a host that is busy with other things too. */
  private static final Duration EACH = Duration.ofSeconds(1);

  private static final Duration SCAN = EACH.dividedBy(10);

  /** So many that the last one waits for longer than one scan may take. */
  private static final int MANY = 15;

  private final ScanTurns turns = new ScanTurns(EACH, Ticker.SYSTEM);

  @Test
  @DisplayName("rule 10: a scan waits for as many others as there are, while they come to an end")
  void goesOn() throws Exception {
    var all = new ArrayList<FutureTask<Boolean>>();
    for (int i = 0; i < MANY; i++) {
      var one = new FutureTask<>(this::scan);
      all.add(one);
      new Thread(one).start();
    }
    for (FutureTask<Boolean> one : all) {
      assertThat(one.get(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  private boolean scan() throws InterruptedException {
    ScanTurns.Call call = turns.call();
    if (!call.await(2, soon())) {
      return false;
    }
    TimeUnit.NANOSECONDS.sleep(SCAN.toNanos());
    call.end(2);
    return true;
  }

  @Test
  @DisplayName("rule 10: behind a scan that hangs nobody waits longer than one may take")
  void hangs() throws Exception {
    var clock = new AtomicLong();
    var turns = new ScanTurns(EACH, clock::get);
    Deadline never = Deadline.after(Duration.ofDays(1), clock::get);
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
    assertThat(first.await(2, soon())).isTrue();
    var second = new FutureTask<>(() -> turns.call().await(2, soon()));
    var waits = new Thread(second);
    waits.start();
    while (waits.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    waits.interrupt();
    assertThatThrownBy(second::get).hasRootCauseInstanceOf(InterruptedException.class);
    first.end(2);
    assertThat(turns.call().await(2, soon())).isTrue();
  }

  @Test
  @DisplayName("rule 10: a scan has all its time before it while it waits, and from when it begins")
  void patience() throws Exception {
    var clock = new AtomicLong();
    var turns = new ScanTurns(EACH, clock::get);
    Deadline never = Deadline.after(Duration.ofDays(1), clock::get);
    ScanTurns.Call call = turns.call();
    clock.addAndGet(EACH.toNanos() - 1);
    assertThat(call.patience().left()).isEqualTo(Duration.ofNanos(1));
    assertThat(call.await(2, never)).isTrue();
    assertThat(call.patience().left()).isEqualTo(EACH);
    clock.addAndGet(EACH.toNanos());
    assertThat(call.patience().passed()).isTrue();
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }
}
