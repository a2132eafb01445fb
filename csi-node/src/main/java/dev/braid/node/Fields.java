package dev.braid.node;

import dev.braid.base.VolumeId;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.NotFound;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Reads the fields that several requests have. */
final class Fields {

  private Fields() {}

  /**
   * @throws InvalidInput if it is missing
   * @throws NotFound if no volume of Braid could have this id
   */
  static VolumeId volumeId(String text) {
    if (text.isEmpty()) {
      throw new InvalidInput("volume_id is missing");
    }
    try {
      return VolumeId.parse(text);
    } catch (InvalidInput e) {
      throw new NotFound("no volume of Braid can have this id: " + e.getMessage(), e);
    }
  }

  static Path path(String field, String text) {
    if (text.isEmpty()) {
      throw new InvalidInput(field + " is missing");
    }
    try {
      Path path = Path.of(text);
      if (path.isAbsolute()) {
        return asMounted(path.normalize());
      }
    } catch (InvalidPathException e) {
      throw new InvalidInput(field, text, "want an absolute path");
    }
    throw new InvalidInput(field, text, "want an absolute path");
  }

  /**
   * As the kernel's table of mounts will name it, where a folder on the way is a symbolic link:
   * kubelet's own, for instance. Not the last part: that one is for us to make, to mount on and to
   * remove, and must not be a link to somewhere else.
   */
  private static Path asMounted(Path path) {
    Path parent = path.getParent();
    Path name = path.getFileName();
    if (parent == null || name == null) {
      return path;
    }
    try {
      return parent.toRealPath().resolve(name);
    } catch (IOException e) {
      return path; // nothing is there, so nothing is mounted there
    }
  }
}
