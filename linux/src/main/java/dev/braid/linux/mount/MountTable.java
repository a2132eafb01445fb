package dev.braid.linux.mount;

import dev.braid.base.error.KernelRefused;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.KernelNames;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

  /**
   * As the host sees it, for a process in a container that has the host's root mounted on a folder.
   * There everything that the host has mounted appears a second time, also what this process
   * mounted itself: these are the same mounts, and go with them. What only the host has gets the
   * name that it has there.
   *
   * <p>Two are the same if they show the same folder of the same file system, whatever their names:
   * a folder may be a symbolic link on the host and none in the container. A mount of the host's
   * that this hides by mistake still holds its device, and is found when that is to go.
   */
  public MountTable asOnHost(Path hostRoot) {
    record Shown(DeviceNumber device, String root) {}
    var own = entries.stream().filter(e -> !e.target().startsWith(hostRoot)).toList();
    var shown = own.stream().map(e -> new Shown(e.device(), e.root())).collect(Collectors.toSet());
    var all = new ArrayList<MountEntry>();
    entries.stream()
        .filter(e -> e.target().startsWith(hostRoot))
        .filter(e -> !shown.contains(new Shown(e.device(), e.root())))
        .map(e -> e.at(Path.of("/").resolve(hostRoot.relativize(e.target()))))
        .forEach(all::add);
    all.addAll(own); // on top: what this process can unmount
    return new MountTable(all);
  }

  /** A mountinfo file: of this process, or under {@code /proc/PID} of another. */
  public static MountTable read(Path file) throws IOException {
    return parse(KernelNames.read(file));
  }

  /**
   * @param text of a mountinfo file, each byte as one character
   */
  public static MountTable parse(String text) {
    return new MountTable(
        // By newlines alone: they are escaped in a name, and a carriage return is not.
        Stream.of(text.split("\n", -1)).map(MountEntry::parse).flatMap(Optional::stream).toList());
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

  /** Every bind mount of a map's node. */
  public List<MountEntry> ofNode(String kernelName) {
    return entries.stream().filter(e -> e.showsMap() && e.root().equals("/" + kernelName)).toList();
  }
}
