package dev.braid.linux.scsi;

import dev.braid.base.Deadline;
import dev.braid.base.error.Busy;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.linux.wait.KernelWaits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;

/**
 * Asks in time or not at all, for those who ask on the thread of a call. The wait for an answer
 * heeds its deadline anyway, but to hand the kernel a command may itself take until others are
 * done: a path that just died has room for no more as long as the kernel hopes for it.
 */
public final class PunctualScsi implements Scsi {

  /** A path that is silent says so itself, before its asker leaves. */
  private static final Duration EARLIER = Duration.ofMillis(100);

  private final Scsi scsi;
  private final KernelWaits waits;

  public PunctualScsi(Scsi scsi, KernelWaits waits) {
    this.scsi = scsi;
    this.waits = waits;
  }

  @Override
  public Reply<StandardInquiry> inquiry(Path sg, Deadline deadline) {
    return ask(sg, deadline, own -> scsi.inquiry(sg, own));
  }

  @Override
  public Reply<String> unitSerial(Path sg, Deadline deadline) {
    return ask(sg, deadline, own -> scsi.unitSerial(sg, own));
  }

  @Override
  public Reply<DeviceIdentification> identification(Path sg, Deadline deadline) {
    return ask(sg, deadline, own -> scsi.identification(sg, own));
  }

  @Override
  public Reply<Ready> testUnitReady(Path sg, Deadline deadline) {
    return ask(sg, deadline, own -> scsi.testUnitReady(sg, own));
  }

  @Override
  public Reply<Reservations> reservations(Path sg, Deadline deadline) {
    return ask(sg, deadline, own -> scsi.reservations(sg, own));
  }

  private <T> Reply<T> ask(Path sg, Deadline deadline, Function<Deadline, Reply<T>> question) {
    Duration left = deadline.left();
    Duration less = left.dividedBy(10).compareTo(EARLIER) < 0 ? left.dividedBy(10) : EARLIER;
    Deadline own = deadline.atMost(left.minus(less));
    try {
      return waits.call(sg.toString(), "asking", deadline, () -> question.apply(own));
    } catch (DeadlinePassed | Busy e) {
      return new Reply.Silent<>(sg + " could not be asked in time: " + e.getMessage());
    }
  }
}
