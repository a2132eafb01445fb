package dev.braid.linux.scsi;

import dev.braid.base.Deadline;
import java.nio.file.Path;

/**
 * Questions to one SCSI device, each through its SCSI generic node ({@code /dev/sgN}), each
 * answered by the device itself and not from anything the kernel remembers.
 */
public interface Scsi {

  /** Standard INQUIRY: vendor, product, kind of device. */
  Reply<StandardInquiry> inquiry(Path sg, Deadline deadline);

  /** INQUIRY page 0x80: the unit serial number, without padding. */
  Reply<String> unitSerial(Path sg, Deadline deadline);

  /** INQUIRY page 0x83: the device's names. */
  Reply<DeviceIdentification> identification(Path sg, Deadline deadline);

  /** TEST UNIT READY. A unit attention is a {@link Reply.Failed}; asking again clears it. */
  Reply<Ready> testUnitReady(Path sg, Deadline deadline);

  /** PERSISTENT RESERVE IN, READ FULL STATUS: who has registered, and who has reserved. */
  Reply<Reservations> reservations(Path sg, Deadline deadline);

  /** What a unit that is ready has to say. */
  enum Ready {
    READY
  }
}
