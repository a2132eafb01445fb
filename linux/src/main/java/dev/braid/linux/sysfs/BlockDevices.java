package dev.braid.linux.sysfs;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Block devices of this machine by name ({@code sdb}, {@code dm-0}). Reads only. */
public final class BlockDevices {

  private static final int SECTOR = 512;

  private final Path blocks;

  /**
   * @param sysfs {@code /sys}, or a folder that stands for it
   */
  public BlockDevices(Path sysfs) {
    this.blocks = sysfs.resolve("class/block");
  }

  /** The device with this number, written {@code 253:0}; empty if there is none. */
  public Optional<String> named(String number) {
    return Attributes.real(blocks.resolveSibling("../dev/block").resolve(number))
        .map(p -> String.valueOf(p.getFileName()));
  }

  /** Its number, as {@code 253:0}. */
  public Optional<String> number(String name) {
    return Attributes.text(blocks.resolve(name).resolve("dev"));
  }

  /** 0 if it is not there. */
  public long bytes(String name) {
    return SECTOR * Attributes.number(blocks.resolve(name).resolve("size")).orElse(0);
  }

  /** The block devices that stand on this one: device-mapper's, md's. */
  public List<String> holders(String name) {
    return Attributes.names(blocks.resolve(name).resolve("holders"));
  }

  /** Its partitions, as the kernel made them. */
  public List<String> partitions(String name) {
    return Attributes.names(blocks.resolve(name)).stream().filter(n -> n.startsWith(name)).toList();
  }

  /** What device-mapper calls it, for a message; empty if it is none of its devices. */
  public Optional<String> mapName(String name) {
    return Attributes.text(blocks.resolve(name).resolve("dm/name"));
  }

  public Optional<String> mapUuid(String name) {
    return Attributes.text(blocks.resolve(name).resolve("dm/uuid"));
  }
}
