package dev.braid.node;

import dev.braid.base.VolumeId;
import dev.braid.base.error.Refused;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.mount.MountEntry;
import dev.braid.linux.sysfs.Attributes;
import java.nio.file.Path;

/**
 * Whether a file system has turned read-only after an error. The device may work again; the file
 * system stays so until it is unmounted, and is checked before it is mounted the next time.
 *
 * <p>Its mount tells that up to some kernel, and from 6.15 on again; those between say that it
 * takes writes, and refuse each. All of them count its errors, which each check before a mount for
 * writing sets to none; and one that is to turn read-only has done so at the first.
 */
final class TurnedReadOnly {

  private final Path sysfs;
  private final Path proc;

  /**
   * @param sysfs {@code /sys}, or a folder that stands for it
   * @param proc {@code /proc}, or a folder that stands for it
   */
  TurnedReadOnly(Path sysfs, Path proc) {
    this.sysfs = sysfs;
    this.proc = proc;
  }

  /**
   * @param mount of the map
   */
  boolean is(MountEntry mount, DmDevice map) {
    return mount.turnedReadOnly() || (!mount.readOnly() && errors(map) > 0 && turnsAtErrors(map));
  }

  private long errors(DmDevice map) {
    Path file = sysfs.resolve("fs/ext4").resolve(map.kernelName()).resolve("errors_count");
    return Attributes.number(file).orElse(0);
  }

  /** The mount's own line leaves out what is the file system's default. */
  private boolean turnsAtErrors(DmDevice map) {
    Path file = proc.resolve("fs/ext4").resolve(map.kernelName()).resolve("options");
    return Attributes.text(file).stream()
        .flatMap(String::lines)
        .anyMatch("errors=remount-ro"::equals);
  }

  /**
   * @throws Refused if it is: whoever gets it for writing could not write
   */
  void refuse(VolumeId volume, MountEntry mount, DmDevice map) {
    if (is(mount, map)) {
      throw new Refused("volume " + volume + " cannot be used: " + text(mount));
    }
  }

  static String text(MountEntry mount) {
    return "its file system at "
        + mount.target()
        + " has turned read-only after an error (the kernel's log says which): end the pods that"
        + " use it on this node; then it is unstaged, and checked when it is staged again";
  }
}
