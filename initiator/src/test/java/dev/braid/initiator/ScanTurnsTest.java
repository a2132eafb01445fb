package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ScanTurnsTest {

  private static final Duration EACH = Duration.ofMillis(300);

  private final ScanTurns turns = new ScanTurns();

  @Test
  @DisplayName("rule 10: a scan waits for as many others as there are, while they come to an end")
  void goesOn() throws Exception {
    var all = new ArrayList<FutureTask<Boolean>>();
    for (int i = 0; i < 6; i++) {
      var one =
          new FutureTask<>(
              () -> {
                boolean had = turns.await(2, EACH, soon());
                TimeUnit.NANOSECONDS.sleep(EACH.toNanos() / 2); // the last waits for five of them
                turns.end(2);
                return had;
              });
      all.add(one);
      new Thread(one).start();
    }
    for (FutureTask<Boolean> one : all) {
      assertThat(one.get(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  @DisplayName("rule 10: behind a scan that hangs nobody waits longer than one may take")
  void hangs() {
    assertThat(turns.await(2, EACH, soon())).isTrue();
    assertThat(turns.await(2, EACH, soon())).isFalse();
    assertThat(turns.await(3, EACH, soon())).as("another host").isTrue();
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(10));
  }
}
