package dev.braid.linux.wait;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.error.Busy;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.KernelRefused;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With a device that answers when it is told to. */
@Timeout(20)
class KernelWaitsTest {

  private static final String MAP = "the map mpatha";
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-22T16:34:47.123Z"), ZoneOffset.UTC);

  private final CountDownLatch answers = new CountDownLatch(1);
  private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
  private final KernelWaits waits = new KernelWaits(CLOCK, this::start);

  private void start(Runnable task) {
    var thread = new Thread(task);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  @AfterEach
  void end() {
    answers.countDown();
  }

  @Test
  @DisplayName("a call on a dead device ends at its deadline, and says what hangs, and on what")
  void leaves() {
    assertThatThrownBy(() -> waits.run(MAP, "mounting", soon(), this::hang))
        .isInstanceOf(DeadlinePassed.class)
        .hasMessageContaining("mounting the map mpatha");
  }

  @Test
  @DisplayName("a hundred more calls on a dead device are refused at once, and cost no thread")
  void refusesWhatHangs() {
    leave();
    for (int i = 0; i < 100; i++) {
      assertThatThrownBy(() -> waits.run(MAP, "mounting", late(), this::hang))
          .isInstanceOf(Busy.class)
          .hasMessageContainingAll("mounting the map mpatha", "since 2026-11-22T16:34:47Z");
    }
    assertThat(threads).hasSize(1);
    assertThat(waits.on(MAP))
        .containsExactly("mounting it in the kernel since 2026-11-22T16:34:47Z");
  }

  @Test
  @DisplayName("what hangs holds up no other device, and nothing else that is asked of its own")
  void holdsUpNobodyElse() {
    leave();
    assertThat(waits.<String>call("the map mpathb", "mounting", late(), () -> "b")).isEqualTo("b");
    assertThat(waits.<String>call(MAP, "removing", late(), () -> "gone")).isEqualTo("gone");
    assertThat(waits.on("the map mpathb")).isEmpty();
  }

  @Test
  @DisplayName("what hung and came to its end can be done again")
  void againAfterwards() throws InterruptedException {
    leave();
    answer();
    assertThat(waits.<Integer>call(MAP, "mounting", late(), () -> 2)).isEqualTo(2);
    assertThat(waits.on(MAP)).isEmpty();
  }

  @Test
  @DisplayName(
      "what is opened after its caller has left is closed, and before that nothing else is")
  void closesWhatComesLate() throws InterruptedException {
    var closed = new ArrayList<String>();
    assertThatThrownBy(() -> waits.call(MAP, "opening", soon(), this::open, closed::add))
        .isInstanceOf(DeadlinePassed.class);
    assertThat(closed).isEmpty();
    answer();
    assertThat(closed).containsExactly("descriptor");
  }

  @Test
  @DisplayName("what is opened in time is its caller's, and not closed")
  void keepsWhatComesInTime() throws InterruptedException {
    answers.countDown();
    var closed = new ArrayList<String>();
    assertThat(waits.call(MAP, "opening", late(), this::open, closed::add)).isEqualTo("descriptor");
    assertThat(waits.on(MAP)).isEmpty();
    joinAll();
    assertThat(closed).isEmpty();
  }

  @Test
  @DisplayName("rule 12: what is kept for a change that hangs is let go of when that ends, once")
  void letsGoAtItsEnd() throws InterruptedException {
    var released = new AtomicInteger();
    assertThatThrownBy(
            () -> waits.run(MAP, "mounting", soon(), this::hang, released::incrementAndGet))
        .isInstanceOf(DeadlinePassed.class);
    assertThat(released).as("it hangs").hasValue(0);
    assertThatThrownBy(
            () -> waits.run(MAP, "mounting", late(), this::hang, released::incrementAndGet))
        .isInstanceOf(Busy.class);
    assertThat(released).as("of the one that was refused").hasValue(1);
    answer();
    assertThat(released).as("of the one that hung").hasValue(2);
  }

  @Test
  @DisplayName("rule 12: where no time is left, or no thread, nothing is begun and nothing kept")
  void beginsNothing() {
    var released = new AtomicInteger();
    var passed = Deadline.after(Duration.ZERO);
    assertThatThrownBy(
            () -> waits.run(MAP, "mounting", passed, this::hang, released::incrementAndGet))
        .isInstanceOf(DeadlinePassed.class);
    assertThat(threads).isEmpty();
    assertThat(released).hasValue(1);

    var noThreads =
        new KernelWaits(
            CLOCK,
            task -> {
              throw new OutOfMemoryError("unable to create native thread");
            });
    for (int i = 2; i < 4; i++) {
      assertThatThrownBy(
              () -> noThreads.run(MAP, "mounting", late(), this::hang, released::incrementAndGet))
          .isInstanceOf(OutOfMemoryError.class);
      assertThat(released).hasValue(i);
    }
  }

  @Test
  @DisplayName("while the earlier caller still waits, the next one waits for its turn")
  void takesTurns() throws InterruptedException {
    var order = new ConcurrentLinkedQueue<String>();
    var begun = new CountDownLatch(1);
    var first =
        CompletableFuture.runAsync(
            () ->
                waits.run(
                    MAP,
                    "mounting",
                    late(),
                    () -> {
                      begun.countDown();
                      hang();
                      order.add("first");
                    }));
    begun.await();
    assertThatThrownBy(() -> waits.run(MAP, "mounting", soon(), () -> order.add("impatient")))
        .isInstanceOf(DeadlinePassed.class);
    answers.countDown();
    waits.run(MAP, "mounting", late(), () -> order.add("second"));
    first.join();
    assertThat(order).containsExactly("first", "second");
  }

  @Test
  @DisplayName("what fails fails for its caller as if it had been made there, an Error too")
  void failures() {
    assertThatThrownBy(
            () ->
                waits.run(
                    MAP,
                    "mounting",
                    late(),
                    () -> {
                      throw new KernelRefused("no such device");
                    }))
        .isInstanceOf(KernelRefused.class)
        .hasMessage("no such device");
    assertThatThrownBy(
            () ->
                waits.run(
                    MAP,
                    "mounting",
                    late(),
                    () -> {
                      throw new StackOverflowError();
                    }))
        .isInstanceOf(StackOverflowError.class);
    assertThat(waits.<Integer>call(MAP, "mounting", late(), () -> 3)).isEqualTo(3);
  }

  @Test
  @DisplayName("a call that is ended leaves what hangs behind, as at its deadline")
  void ended() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> waits.run(MAP, "mounting", late(), this::hang))
        .isInstanceOf(DeadlinePassed.class)
        .hasMessageContaining("the call was ended");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(waits.on(MAP)).hasSize(1);
  }

  @Test
  @DisplayName("on a device that answers, one thread after the other is the same one")
  void usesThreadsAgain() {
    var pooled = new KernelWaits(CLOCK);
    var used = new ArrayList<Thread>();
    for (int i = 0; i < 50; i++) {
      used.add(pooled.call("device " + i, "opening", late(), Thread::currentThread));
    }
    assertThat(List.copyOf(used)).allMatch(Thread::isDaemon);
    assertThat(used.stream().distinct()).hasSizeLessThan(25);
  }

  private void leave() {
    assertThatThrownBy(() -> waits.run(MAP, "mounting", soon(), this::hang))
        .isInstanceOf(DeadlinePassed.class);
  }

  private void answer() throws InterruptedException {
    answers.countDown();
    joinAll();
  }

  private void joinAll() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private String open() {
    hang();
    return "descriptor";
  }

  private void hang() {
    try {
      answers.await();
    } catch (InterruptedException e) {
      throw new AssertionError("the kernel heeds no interrupt, so nobody may send one", e);
    }
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofMillis(100));
  }

  private static Deadline late() {
    return Deadline.after(Duration.ofMinutes(1));
  }
}
