package dev.braid.linux.sysfs;

import dev.braid.linux.DeviceNumber;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What stands on what among block devices, by their kernel names ({@code sdb}, {@code dm-0}). */
public final class BlockTree {

  private final Path blocks;
  private final Path numbers;

  /**
   * @param sysfs {@code /sys}, or a folder that stands for it
   */
  public BlockTree(Path sysfs) {
    this.blocks = sysfs.resolve("class/block");
    this.numbers = sysfs.resolve("dev/block");
  }

  /** The device with this number; empty if there is none. */
  public Optional<String> named(DeviceNumber number) {
    return Attributes.link(numbered(number)).map(p -> String.valueOf(p.getFileName()));
  }

  /** Where the SCSI device with this number is; empty if there is none, or it is no SCSI one. */
  public Optional<Hctl> address(DeviceNumber number) {
    return Attributes.link(numbered(number).resolve("device"))
        .flatMap(p -> Hctl.parse(String.valueOf(p.getFileName())));
  }

  private Path numbered(DeviceNumber number) {
    return numbers.resolve(number.toString());
  }

  public Optional<DeviceNumber> number(String name) {
    return Attributes.text(blocks.resolve(name).resolve("dev"))
        .filter(DeviceNumber::looksLikeOne)
        .map(DeviceNumber::parse);
  }

  /** The block devices that stand on this one: device-mapper's, md's. */
  public List<String> holders(String name) {
    return Attributes.names(blocks.resolve(name).resolve("holders"));
  }

  /** The partitions that the kernel found on it, which it names after it. */
  public List<String> partitions(String name) {
    return Attributes.names(blocks.resolve(name)).stream()
        .filter(entry -> entry.startsWith(name)) // its other attributes cost a question each
        .filter(entry -> Files.exists(blocks.resolve(name).resolve(entry).resolve("partition")))
        .toList();
  }

  /** Whether the kernel refuses to write to it. */
  public boolean readOnly(String name) {
    return Attributes.number(blocks.resolve(name).resolve("ro")).orElse(0) != 0;
  }

  /** The UUID that device-mapper knows it by; empty if it is none of its devices. */
  public Optional<String> mapUuid(String name) {
    return Attributes.text(blocks.resolve(name).resolve("dm/uuid"));
  }
}
