package dev.braid.node;

import dev.braid.base.Deadline;
import dev.braid.base.Serial;
import dev.braid.base.error.Busy;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.OutOfRange;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import dev.braid.linux.block.BlockDevices;
import dev.braid.linux.block.change.BlockChange;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.filesystem.Blkid;
import dev.braid.linux.filesystem.Ext4Superblock;
import dev.braid.linux.filesystem.change.E2fsprogs;
import java.time.Duration;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes sure that a device has a sound ext4, without ever losing what is on it. */
final class FileSystems {

  private static final Logger log = LoggerFactory.getLogger(FileSystems.class);

  private static final int MIB = 1 << 20;

  /**
   * Under it mke2fs leaves no room worth having; and the two ends that are looked at would meet.
   */
  private static final long SMALLEST = 4L * MIB;

  /**
   * For mke2fs and e2fsck, which are not ended with the call: begun anew by each repetition, a long
   * check would never come to its end. The volume's lock is held meanwhile.
   */
  private static final Duration PROGRAMS = Duration.ofHours(2);

  /** For wiping the mark of a format that is done, which may have taken all the call's time. */
  private static final Duration WIPE = Duration.ofSeconds(30);

  private final MapWork work;
  private final BlockDevices blocks;
  private final BlockChange change;
  private final Blkid blkid;
  private final E2fsprogs programs;
  private final Steps steps;

  FileSystems(
      MapWork work,
      BlockDevices blocks,
      BlockChange change,
      Blkid blkid,
      E2fsprogs programs,
      Steps steps) {
    this.work = work;
    this.blocks = blocks;
    this.change = change;
    this.blkid = blkid;
    this.programs = programs;
    this.steps = steps;
  }

  /**
   * @param map the volume's multipath map, held open by the caller; nobody has it mounted
   * @param readOnly the mount is to be so; then nothing is written, not even a repair
   * @throws Refused if the device holds something else, or an ext4 that a person must mend
   * @throws Busy if an earlier format of it still runs, left by a killed process
   */
  void ensureExt4(DmDevice map, Serial serial, boolean readOnly, Deadline deadline) {
    long bytes = work.call(map, "asking the size of", deadline, () -> blocks.bytes(map.node()));
    if (bytes < SMALLEST) {
      throw new OutOfRange(
          "a volume of " + bytes + " bytes is too small for a file system: want " + SMALLEST);
    }
    Content.Verdict verdict = look(map, bytes, serial, deadline).verdict();
    if (verdict instanceof Content.Verdict.LeaveAlone leave) {
      throw new Refused(
          "the device of volume "
              + serial
              + " is left as it is: "
              + leave.why()
              + ". If nobody needs what is on it, wipe it (wipefs, blkdiscard), and try again");
    }
    if (readOnly) {
      if (verdict instanceof Content.Verdict.MayFormat) {
        throw new Refused(
            "volume "
                + serial
                + " is blank and cannot be mounted read-only: there is nothing to"
                + " read");
      }
      return;
    }
    if (verdict instanceof Content.Verdict.MayFormat) {
      format(map, bytes, serial, deadline);
    } else {
      steps.run(
          "check ext4", step -> programs.checkExt4(step, map.node(), Deadline.after(PROGRAMS)));
    }
  }

  private Content look(DmDevice map, long bytes, Serial serial, Deadline deadline) {
    long lastAt = (bytes - MIB) / FormatMark.SIZE * FormatMark.SIZE;
    byte[] first = read(map, 0, MIB, deadline);
    byte[] last = read(map, lastAt, (int) (bytes - lastAt), deadline);
    byte[] end = Arrays.copyOfRange(last, (int) (markAt(bytes) - lastAt), last.length);
    return new Content(
        blkid.probe(map.node(), deadline),
        Ext4Superblock.parse(first),
        FormatMark.read(Arrays.copyOf(end, FormatMark.SIZE), serial),
        zeros(first) && zeros(last));
  }

  private byte[] read(DmDevice map, long offset, int length, Deadline deadline) {
    return work.call(map, "reading", deadline, () -> blocks.read(map.node(), offset, length));
  }

  /**
   * The mark is written first even where it is there: to write it the device is claimed, which
   * fails while a mke2fs of a killed process still works on it.
   */
  private void format(DmDevice map, long bytes, Serial serial, Deadline deadline) {
    log.info("volume {} is blank: making an ext4 on {}", serial, map.node());
    try {
      mark("mark format begun", map, bytes, FormatMark.of(serial), deadline);
    } catch (DeviceInUse e) {
      throw new Busy("an earlier format of " + map.node() + " still runs; try again", e);
    }
    steps.run(
        "make ext4",
        step ->
            programs.makeExt4(
                step, map.node(), bytes - FormatMark.RESERVED, Deadline.after(PROGRAMS)));
    mark("mark format done", map, bytes, FormatMark.none(), Deadline.after(WIPE));
  }

  private void mark(String name, DmDevice map, long bytes, byte[] mark, Deadline deadline) {
    work.run(
        map,
        "marking",
        deadline,
        () -> steps.run(name, step -> change.write(step, map.node(), markAt(bytes), mark)));
  }

  /** The last whole 4 KiB of the device. */
  private static long markAt(long bytes) {
    return bytes / FormatMark.SIZE * FormatMark.SIZE - FormatMark.SIZE;
  }

  private static boolean zeros(byte[] bytes) {
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }
}
