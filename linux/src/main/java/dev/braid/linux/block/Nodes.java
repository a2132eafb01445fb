package dev.braid.linux.block;

import dev.braid.linux.DeviceNumber;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** What stat(2) says of a path that Java has no word for, following links. */
public final class Nodes {

  private static final int KIND = 0170000;
  private static final int BLOCK = 0060000;

  private Nodes() {}

  /**
   * The device a node stands for; empty where the path is no block device's node, or is not there.
   */
  public static Optional<DeviceNumber> block(Path path) {
    try {
      Map<String, Object> stat = Files.readAttributes(path, "unix:mode,rdev");
      if (stat.get("mode") instanceof Integer mode
          && stat.get("rdev") instanceof Long rdev
          && (mode & KIND) == BLOCK) {
        return Optional.of(DeviceNumber.ofDev(rdev));
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The device of the file system that a file is on; empty where the file is not there. */
  public static Optional<DeviceNumber> fileSystem(Path path) {
    try {
      return Files.getAttribute(path, "unix:dev") instanceof Long dev
          ? Optional.of(DeviceNumber.ofDev(dev))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
