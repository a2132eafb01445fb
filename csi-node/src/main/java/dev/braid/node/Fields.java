package dev.braid.node;

import dev.braid.base.VolumeId;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.NotFound;
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
        return path.normalize();
      }
    } catch (InvalidPathException e) {
      throw new InvalidInput(field, text, "want an absolute path");
    }
    throw new InvalidInput(field, text, "want an absolute path");
  }
}
