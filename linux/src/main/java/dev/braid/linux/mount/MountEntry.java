package dev.braid.linux.mount;

import dev.braid.linux.DeviceNumber;
import dev.braid.linux.KernelNames;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One line of mountinfo.
 *
 * @param id of the mount; of two on one target the one listed later lies on top
 * @param device of the file system; for a bind mount of a device's node, that of the file system
 *     which holds the node
 * @param root which folder or file of the file system is mounted
 * @param target where; of a name that is no text, a stand-in that shows its bytes
 * @param options of this mount
 * @param source what was named as source
 * @param superOptions of the file system, shared by all its mounts
 */
public record MountEntry(
    int id,
    int parent,
    DeviceNumber device,
    String root,
    Path target,
    List<String> options,
    String type,
    String source,
    List<String> superOptions) {

  private static final int FIXED_FIELDS = 6;

  public MountEntry {
    options = List.copyOf(options);
    superOptions = List.copyOf(superOptions);
  }

  /** Whether this mount, or the file system under it, lets nobody write. */
  public boolean readOnly() {
    return options.contains("ro") || superOptions.contains("ro");
  }

  /**
   * Whether the file system lets nobody write though this mount was not made so: as ext4 does after
   * an error. What it had not written by then it never will.
   */
  public boolean turnedReadOnly() {
    return !options.contains("ro") && fileSystemReadOnly();
  }

  /** Whether nobody can write to the file system by any of its mounts, nor it to its device. */
  public boolean fileSystemReadOnly() {
    return superOptions.contains("ro") || superOptions.contains("emergency_ro");
  }

  /**
   * Whether it shows the node of a device of device-mapper, which gives a container the device
   * itself: the file system is then the one that holds {@code /dev}, and the node its root. To look
   * at its target asks no device and no server, as it may with any other mount.
   */
  public boolean showsMap() {
    return root.startsWith("/dm-") && (type.equals("devtmpfs") || type.equals("tmpfs"));
  }

  /** The same, under another name. */
  MountEntry at(Path other) {
    return new MountEntry(id, parent, device, root, other, options, type, source, superOptions);
  }

  /**
   * @param line each byte as one character
   */
  static Optional<MountEntry> parse(String line) {
    String[] word = line.split(" ", -1);
    int separator = FIXED_FIELDS;
    while (separator < word.length && !word[separator].equals("-")) {
      separator++; // any number of optional fields
    }
    if (separator + 3 >= word.length || !DeviceNumber.looksLikeOne(word[2])) {
      return Optional.empty();
    }
    return Optional.of(
        new MountEntry(
            Integer.parseInt(word[0]),
            Integer.parseInt(word[1]),
            DeviceNumber.parse(word[2]),
            KernelNames.text(KernelNames.unescape(word[3])),
            KernelNames.path(KernelNames.unescape(word[4])),
            List.of(word[5].split(",", -1)),
            word[separator + 1],
            KernelNames.text(KernelNames.unescape(word[separator + 2])),
            List.of(word[separator + 3].split(",", -1))));
  }
}
