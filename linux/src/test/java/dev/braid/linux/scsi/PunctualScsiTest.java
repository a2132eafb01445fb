package dev.braid.linux.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.linux.wait.KernelWaits;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class PunctualScsiTest {

  private static final Path SG = Path.of("/dev/sg3");

  private final CountDownLatch answers = new CountDownLatch(1);
  private final KernelWaits waits = new KernelWaits(Clock.systemUTC());

  @Test
  @DisplayName("rule 3: a path that takes no command is silent in time, and again at once")
  void takesNoCommand() throws InterruptedException {
    var scsi = new PunctualScsi(new Answering(answers), waits);
    assertThat(scsi.unitSerial(SG, in(Duration.ofMillis(100)))).isInstanceOf(Reply.Silent.class);
    assertThat(scsi.unitSerial(SG, in(Duration.ofMinutes(1)))).isInstanceOf(Reply.Silent.class);
    answers.countDown();
    while (!waits.on(SG.toString()).isEmpty()) {
      Thread.onSpinWait();
    }
    assertThat(scsi.unitSerial(SG, in(Duration.ofMinutes(1))).answer()).contains("serial");
  }

  @Test
  @DisplayName("a path that answers is asked as ever, and what it says is handed on")
  void answers() {
    answers.countDown();
    var scsi = new PunctualScsi(new Answering(answers), waits);
    assertThat(scsi.testUnitReady(SG, in(Duration.ofMinutes(1))).answer())
        .contains(Scsi.Ready.READY);
    assertThat(scsi.inquiry(SG, in(Duration.ofMinutes(1)))).isInstanceOf(Reply.Failed.class);
    assertThat(scsi.identification(SG, in(Duration.ofMinutes(1)))).isInstanceOf(Reply.Silent.class);
    assertThat(scsi.reservations(SG, in(Duration.ofMinutes(1)))).isInstanceOf(Reply.Failed.class);
  }

  private static Deadline in(Duration duration) {
    return Deadline.after(duration);
  }

  /** Gives each question an answer of its own, once it may. */
  private record Answering(CountDownLatch may) implements Scsi {

    @Override
    public Reply<StandardInquiry> inquiry(Path sg, Deadline deadline) {
      return new Reply.Failed<>("no such unit", Optional.empty());
    }

    @Override
    public Reply<String> unitSerial(Path sg, Deadline deadline) {
      try {
        may.await();
      } catch (InterruptedException e) {
        throw new AssertionError("the kernel heeds no interrupt, so nobody may send one", e);
      }
      return new Reply.Answered<>("serial");
    }

    @Override
    public Reply<DeviceIdentification> identification(Path sg, Deadline deadline) {
      return new Reply.Silent<>("it did not answer");
    }

    @Override
    public Reply<Ready> testUnitReady(Path sg, Deadline deadline) {
      return new Reply.Answered<>(Ready.READY);
    }

    @Override
    public Reply<Reservations> reservations(Path sg, Deadline deadline) {
      return new Reply.Failed<>("reservation conflict", Optional.empty(), true);
    }
  }
}
