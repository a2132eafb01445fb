package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.linux.scsi.DeviceIdentification;
import dev.braid.linux.scsi.Reply;
import dev.braid.linux.scsi.Reservations;
import dev.braid.linux.scsi.Scsi;
import dev.braid.linux.scsi.StandardInquiry;
import java.nio.file.Path;

/** Devices that answer nothing: a test's own answer what the test is about. */
class UnaskedScsi implements Scsi {

  private static AssertionError unasked(String what, Path sg) {
    return new AssertionError("this test has no answer to " + what + " of " + sg);
  }

  @Override
  public Reply<DeviceIdentification> identification(Path sg, Deadline deadline) {
    throw unasked("the identification", sg);
  }

  @Override
  public Reply<StandardInquiry> inquiry(Path sg, Deadline deadline) {
    throw unasked("the inquiry data", sg);
  }

  @Override
  public Reply<String> unitSerial(Path sg, Deadline deadline) {
    throw unasked("the serial", sg);
  }

  @Override
  public Reply<Ready> testUnitReady(Path sg, Deadline deadline) {
    throw unasked("the readiness", sg);
  }

  @Override
  public Reply<Reservations> reservations(Path sg, Deadline deadline) {
    throw unasked("the reservations", sg);
  }
}
