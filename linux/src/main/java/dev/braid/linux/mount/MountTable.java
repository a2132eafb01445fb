package dev.braid.linux.mount;

import dev.braid.base.error.KernelRefused;
import dev.braid.linux.DeviceNumber;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The mounts of one namespace at one moment, in the kernel's order. */
public record MountTable(List<MountEntry> entries) {

  public MountTable {
    entries = List.copyOf(entries);
  }

  /** This process's own. */
  public static MountTable ofSelf() {
    Path file = Path.of("/proc/self/mountinfo");
    try {
      return read(file);
    } catch (IOException e) {
      throw new KernelRefused("cannot read " + file, e);
    }
  }

  /** A mountinfo file: of this process, or under {@code /proc/PID} of another. */
  public static MountTable read(Path file) throws IOException {
    return parse(Files.readString(file));
  }

  public static MountTable parse(String text) {
    return new MountTable(text.lines().map(MountEntry::parse).flatMap(Optional::stream).toList());
  }

  /** What is mounted on a path. Of several, the one on top: the only one that can be seen. */
  public Optional<MountEntry> at(Path target) {
    return entries.stream().filter(e -> e.target().equals(target)).reduce((lower, upper) -> upper);
  }

  /** How many mounts lie on a path. */
  public int countAt(Path target) {
    return (int) entries.stream().filter(e -> e.target().equals(target)).count();
  }

  /** Every mount of the file system on a device. */
  public List<MountEntry> of(DeviceNumber device) {
    return entries.stream().filter(e -> e.device().equals(device)).toList();
  }

  /**
   * Every bind mount of a device's node, which gives a container the device itself: the file system
   * is then the one that holds {@code /dev}, and the node its root.
   */
  public List<MountEntry> ofNode(String kernelName) {
    return entries.stream()
        .filter(e -> e.root().equals("/" + kernelName))
        .filter(e -> e.type().equals("devtmpfs") || e.type().equals("tmpfs"))
        .toList();
  }
}
