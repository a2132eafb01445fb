package dev.braid.linux.sysfs.change;

import dev.braid.base.LunNumber;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Step;
import dev.braid.linux.sysfs.Hctl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Adds and removes SCSI devices, one address at a time (rule 10): a wide scan would bring in what
 * nobody asked for.
 *
 * <p>These writes last as long as the kernel talks to the device: a few seconds where a path just
 * died. No deadline can end them; whoever has one makes them on a thread that it can leave behind.
 */
public final class ScsiBus {

  private final Path sysfs;

  /**
   * @param sysfs {@code /sys}, or a folder that stands for it
   */
  public ScsiBus(Path sysfs) {
    this.sysfs = sysfs;
  }

  /**
   * Asks the kernel to look for one LUN. It makes a device if one answers, and says nothing of how
   * it went; at an address that has a device it does nothing (rule 11).
   */
  public void scan(Step step, int host, int channel, int target, LunNumber lun) {
    Path file = sysfs.resolve("class/scsi_host/host" + host + "/scan");
    try {
      write(file, channel + " " + target + " " + lun);
    } catch (IOException e) {
      throw new KernelRefused(step.name() + ": cannot write " + file, e);
    }
  }

  /**
   * Has the kernel ask a device anew what it is like. One that was found while its LUN was not
   * ready has no size, and gets none by itself.
   */
  public void rescan(Step step, Hctl address) {
    Path file = sysfs.resolve("bus/scsi/devices/" + address + "/rescan");
    try {
      write(file, "1");
    } catch (IOException e) {
      throw new KernelRefused(step.name() + ": cannot write " + file, e);
    }
  }

  /** Removes a device; one that is not there is removed already. */
  public void delete(Step step, Hctl address) {
    Path file = sysfs.resolve("bus/scsi/devices/" + address + "/delete");
    try {
      write(file, "1");
    } catch (NoSuchFileException e) {
      return;
    } catch (IOException e) {
      if (Files.exists(file)) {
        throw new KernelRefused(step.name() + ": cannot write " + file, e);
      }
    }
  }

  /**
   * Has the kernel tell udev once more that a block device came: one whose event was lost nobody
   * tells udev of again. One that is not there is told of to nobody.
   *
   * @param block the device's name, {@code sdb}
   */
  public void announce(Step step, String block) {
    Path file = sysfs.resolve("class/block").resolve(block).resolve("uevent");
    try {
      write(file, "add");
    } catch (NoSuchFileException e) {
      return;
    } catch (IOException e) {
      if (Files.exists(file)) {
        throw new KernelRefused(step.name() + ": cannot write " + file, e);
      }
    }
  }

  /** Without CREATE: a file that is not there must not come to be in a tree that stands for it. */
  private static void write(Path file, String text) throws IOException {
    Files.write(file, text.getBytes(StandardCharsets.US_ASCII), StandardOpenOption.WRITE);
  }
}
