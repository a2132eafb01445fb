package dev.braid.linux.scsi;

import com.sun.jna.Memory;
import dev.braid.base.Deadline;
import dev.braid.linux.libc.Abi;
import dev.braid.linux.libc.Abi.SgIoHdr;
import dev.braid.linux.libc.Errno;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Fd;
import dev.braid.linux.libc.Posix;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * The SCSI generic driver, version 3 of its interface.
 *
 * <p>A command is written, waited for with poll, and read back. The ioctl SG_IO does the same in
 * one call, but waits without end while the host recovers from an error, and no deadline could cut
 * that short. A wait that is given up leaves the command to the kernel, which drops its answer.
 *
 * <p>The kernel's time limit for the command is a disk's usual one. It must not be ours: when it
 * passes, the kernel aborts the command, and if that fails it resets the unit and then the session,
 * which other volumes use too.
 *
 * <p>Stateless; safe for many threads.
 */
public final class Sg implements Scsi {

  private static final int KERNEL_TIMEOUT_MILLIS = 30_000;
  private static final int SENSE_BYTES = 96;

  /** Some hundred registrations. */
  private static final int RESERVATIONS = 32 << 10;

  private static final int STATUS_GOOD = 0;
  private static final int STATUS_CHECK_CONDITION = 2;
  private static final int STATUS_RESERVATION_CONFLICT = 0x18;

  /** The kernel sets this driver status where there is sense data; it is no error by itself. */
  private static final int DRIVER_SENSE = 8;

  private static final byte[] TEST_UNIT_READY = {0, 0, 0, 0, 0, 0};

  @Override
  public Reply<StandardInquiry> inquiry(Path sg, Deadline deadline) {
    return ask(sg, inquiry(0, 0, 96), 96, deadline, StandardInquiry::parse);
  }

  @Override
  public Reply<String> unitSerial(Path sg, Deadline deadline) {
    return ask(sg, inquiry(1, 0x80, 252), 252, deadline, Vpd::serial);
  }

  @Override
  public Reply<DeviceIdentification> identification(Path sg, Deadline deadline) {
    return ask(sg, inquiry(1, 0x83, 1024), 1024, deadline, DeviceIdentification::parse);
  }

  @Override
  public Reply<Ready> testUnitReady(Path sg, Deadline deadline) {
    return ask(sg, TEST_UNIT_READY, 0, deadline, data -> Optional.of(Ready.READY));
  }

  @Override
  public Reply<Reservations> reservations(Path sg, Deadline deadline) {
    return ask(
        sg,
        new byte[] {0x5e, 3, 0, 0, 0, 0, 0, (byte) (RESERVATIONS >> 8), (byte) RESERVATIONS, 0},
        RESERVATIONS,
        deadline,
        Reservations::parse);
  }

  private static byte[] inquiry(int page, int code, int length) {
    return new byte[] {0x12, (byte) page, (byte) code, (byte) (length >> 8), (byte) length, 0};
  }

  private static <T> Reply<T> ask(
      Path sg,
      byte[] command,
      int length,
      Deadline deadline,
      Function<byte[], Optional<T>> parser) {
    if (deadline.passed()) {
      return new Reply.Silent<>("no time was left to ask " + sg);
    }
    // Without O_NONBLOCK the open itself would wait for the host's error recovery.
    try (Fd fd = Posix.open(sg, Posix.O_RDWR | Posix.O_NONBLOCK);
        var exchange = new Exchange(command, length)) {
      Posix.write(fd, exchange.header);
      if ((Posix.poll(fd, Posix.POLLIN, deadline) & Posix.POLLIN) == 0) {
        return new Reply.Silent<>(sg + " did not answer in time");
      }
      Posix.read(fd, exchange.header);
      return outcome(
          exchange.header.getByte(SgIoHdr.STATUS) & 0xff,
          exchange.header.getShort(SgIoHdr.HOST_STATUS) & 0xffff,
          exchange.header.getShort(SgIoHdr.DRIVER_STATUS) & 0xffff,
          exchange.data(),
          exchange.sense(),
          parser);
    } catch (ErrnoException e) {
      return switch (e.errno()) {
        case Errno.EACCES, Errno.EPERM, Errno.EINVAL ->
            throw new dev.braid.base.error.KernelRefused("SCSI command to " + sg, e);
        default -> new Reply.Silent<>(sg + " is gone or cannot be asked: " + e.getMessage());
      };
    }
  }

  /** Good only where host adapter, driver and device all say so. */
  static <T> Reply<T> outcome(
      int status,
      int host,
      int driver,
      byte[] data,
      byte[] senseData,
      Function<byte[], Optional<T>> parser) {
    if (host != 0) {
      return new Reply.Silent<>("the transport failed the command (host status " + host + ")");
    }
    if (status == STATUS_CHECK_CONDITION) {
      Optional<Sense> sense = Sense.parse(senseData);
      String why = sense.map(Sense::toString).orElse("check condition without sense data");
      return new Reply.Failed<>(why, sense);
    }
    if (status == STATUS_RESERVATION_CONFLICT) {
      return new Reply.Failed<>(
          "another initiator has reserved the unit (reservation conflict)", Optional.empty(), true);
    }
    if (status != STATUS_GOOD) {
      return new Reply.Failed<>("SCSI status " + status, Optional.empty());
    }
    if (driver != 0 && driver != DRIVER_SENSE) {
      return new Reply.Silent<>("the driver failed the command (driver status " + driver + ")");
    }
    return parser
        .apply(data)
        .<Reply<T>>map(Reply.Answered::new)
        .orElseGet(() -> new Reply.Failed<>("an answer of another form", Optional.empty()));
  }

  /**
   * The memory of one command; it lives until the kernel is done with it or was told to drop it.
   */
  private static final class Exchange implements AutoCloseable {

    final Memory header = new Memory(SgIoHdr.SIZE);
    private final Memory command;
    private final Memory senseBuffer = new Memory(SENSE_BYTES);
    private final Memory dataBuffer;
    private final int length;

    Exchange(byte[] cdb, int length) {
      this.length = length;
      command = new Memory(cdb.length);
      command.write(0, cdb, 0, cdb.length);
      dataBuffer = new Memory(Math.max(1, length));
      dataBuffer.clear();
      senseBuffer.clear();
      header.clear();
      header.setInt(SgIoHdr.INTERFACE_ID, 'S');
      header.setInt(
          SgIoHdr.DXFER_DIRECTION, length == 0 ? Abi.Sg.SG_DXFER_NONE : Abi.Sg.SG_DXFER_FROM_DEV);
      header.setByte(SgIoHdr.CMD_LEN, (byte) cdb.length);
      header.setByte(SgIoHdr.MX_SB_LEN, (byte) SENSE_BYTES);
      header.setInt(SgIoHdr.DXFER_LEN, length);
      header.setPointer(SgIoHdr.DXFERP, dataBuffer);
      header.setPointer(SgIoHdr.CMDP, command);
      header.setPointer(SgIoHdr.SBP, senseBuffer);
      header.setInt(SgIoHdr.TIMEOUT, KERNEL_TIMEOUT_MILLIS);
    }

    /** What the device really sent: the rest of the buffer says nothing. */
    byte[] data() {
      int missing = Math.min(length, Math.max(0, header.getInt(SgIoHdr.RESID)));
      return dataBuffer.getByteArray(0, length - missing);
    }

    byte[] sense() {
      int written = Math.min(SENSE_BYTES, header.getByte(SgIoHdr.SB_LEN_WR) & 0xff);
      return senseBuffer.getByteArray(0, written);
    }

    @Override
    public void close() {
      header.close();
      command.close();
      senseBuffer.close();
      dataBuffer.close();
    }
  }
}
