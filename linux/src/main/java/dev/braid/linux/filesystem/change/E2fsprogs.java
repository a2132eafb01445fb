package dev.braid.linux.filesystem.change;

import dev.braid.base.Deadline;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Step;
import dev.braid.linux.exec.Exec;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code mke2fs} and {@code e2fsck}. Both claim the device for themselves while they run, so
 * neither a mount nor another of them can come between, not even if we are killed and they live on.
 */
public final class E2fsprogs {

  private static final Logger log = LoggerFactory.getLogger(E2fsprogs.class);

  private static final int KIB = 1024;
  private static final int CORRECTED = 1;
  private static final int CORRECTED_AND_REBOOT = 2;
  private static final int NOT_CORRECTED = 4;

  private final Exec exec;

  public E2fsprogs(Exec exec) {
    this.exec = exec;
  }

  /**
   * Makes an ext4 over whatever is there.
   *
   * <ul>
   *   <li>Inode tables and journal are left to be zeroed by the kernel, a little at a time, after
   *       the first mount: a thin volume would otherwise begin its life with that much written to
   *       it, through the network, while a pod waits.
   *   <li>No discard: the device is blank, there is nothing to give back.
   *   <li>No blocks kept for root, who runs no system from a volume.
   *   <li>An error turns it read-only instead of letting writes go on.
   * </ul>
   *
   * @param bytes how much of the device, from its start; the rest is left alone
   */
  public void makeExt4(Step step, Path device, long bytes, Deadline deadline) {
    var result =
        exec.run(
            List.of(
                "mke2fs",
                "-q",
                "-F",
                "-t",
                "ext4",
                "-m",
                "0",
                "-e",
                "remount-ro",
                "-E",
                "lazy_itable_init=1,lazy_journal_init=1,nodiscard",
                device.toString(),
                bytes / KIB + "k"),
            deadline);
    if (!result.ok()) {
      throw new KernelRefused(result.describe());
    }
  }

  /**
   * Replays the journal and mends what can be mended without asking.
   *
   * @throws Refused if a person must look at it
   */
  public void checkExt4(Step step, Path device, Deadline deadline) {
    var result = exec.run(List.of("e2fsck", "-p", device.toString()), deadline);
    if ((result.exit() & NOT_CORRECTED) != 0) {
      throw new Refused(
          "the file system on "
              + device
              + " has errors that are not safe to mend unasked; run e2fsck by hand: "
              + result.describe());
    }
    if ((result.exit() & ~(CORRECTED | CORRECTED_AND_REBOOT)) != 0) {
      throw new KernelRefused(result.describe());
    }
    if (result.exit() != 0) {
      log.warn("e2fsck mended {}: {}", device, result.stdout().strip());
    }
  }
}
