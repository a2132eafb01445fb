package dev.braid.linux.mount;

import dev.braid.linux.DeviceNumber;
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

  /** The same, under another name. */
  MountEntry at(Path other) {
    return new MountEntry(id, parent, device, root, other, options, type, source, superOptions);
  }

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
            unescape(word[3]),
            Path.of(unescape(word[4])),
            List.of(word[5].split(",", -1)),
            word[separator + 1],
            unescape(word[separator + 2]),
            List.of(word[separator + 3].split(",", -1))));
  }

  /** The kernel writes space, tab, newline and backslash as a backslash and three octal digits. */
  private static String unescape(String text) {
    var plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 3 < text.length() && isOctal(text, i + 1)) {
        plain.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }

  private static boolean isOctal(String text, int from) {
    return text.substring(from, from + 3).chars().allMatch(c -> c >= '0' && c <= '7');
  }
}
