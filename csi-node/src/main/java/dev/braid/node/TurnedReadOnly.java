package dev.braid.node;

import dev.braid.base.VolumeId;
import dev.braid.base.error.Refused;
import dev.braid.initiator.ReadOnlyMap;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.mount.MountEntry;
import dev.braid.linux.sysfs.Attributes;
import java.nio.file.Path;

/**
 * What was staged for writing and takes none any more: a map, by a path that was write-protected,
 * or a file system, by an error. The device may work again; the file system stays so until it is
 * unmounted, and is checked before it is mounted the next time.
 *
 * <p>A file system's mount tells that up to some kernel, and from 6.15 on again; those between say
 * that it takes writes, and refuse each. All of them count its errors, which each check before a
 * mount for writing sets to none; and one that is to turn read-only has done so at the first.
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
   * Whether the file system has.
   *
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
   * @throws Refused if the map has: whoever gets it for writing could not write
   */
  void refuse(VolumeId volume, DmDevice map) {
    if (map.readOnly()) {
      throw unusable(volume, ReadOnlyMap.text(map));
    }
  }

  /**
   * @throws Refused if the map has, or its file system
   */
  void refuse(VolumeId volume, MountEntry mount, DmDevice map) {
    refuse(volume, map);
    if (is(mount, map)) {
      throw unusable(volume, text(mount));
    }
  }

  private static Refused unusable(VolumeId volume, String why) {
    return new Refused("volume " + volume + " cannot be used: " + why);
  }

  static String text(MountEntry mount) {
    return "its file system at "
        + mount.target()
        + " has turned read-only after an error (the kernel's log says which): end the pods that"
        + " use it on this node; then it is unstaged, and checked when it is staged again";
  }
}
