package dev.braid.agent.lio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.NotFenced;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class LanesTest {

  private final Lanes lanes = new Lanes();
  private final CountDownLatch deviceAnswers = new CountDownLatch(1);
  private final AtomicInteger begun = new AtomicInteger();

  private void waitInTheKernel() {
    begun.incrementAndGet();
    try {
      assertThat(deviceAnswers.await(15, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Deadline millis(long millis) {
    return Deadline.after(Duration.ofMillis(millis));
  }

  @Test
  @DisplayName("Rule 7: past its deadline the answer is \"not fenced\", and no thread is added")
  void stuck() throws InterruptedException {
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> lanes.run("LUN 7", millis(50), this::waitInTheKernel))
          .isInstanceOf(NotFenced.class)
          .hasMessageContaining("LUN 7");
    }
    assertThat(begun).as("changes begun on the stuck device").hasValue(1);
    var done = new AtomicInteger();
    lanes.run("LUN 8", millis(5000), done::incrementAndGet);
    assertThat(done).as("another device is not held up").hasValue(1);

    deviceAnswers.countDown();
    lanes.run("LUN 7", millis(5000), done::incrementAndGet);
    assertThat(done).as("a repeat goes on, once the device answers").hasValue(2);
  }

  @Test
  @DisplayName("What the kernel refuses comes back to the caller")
  void refused() {
    assertThatThrownBy(
            () ->
                lanes.run(
                    "LUN 7",
                    millis(5000),
                    () -> {
                      throw new KernelRefused("no");
                    }))
        .isInstanceOf(KernelRefused.class)
        .hasMessage("no");
  }
}
