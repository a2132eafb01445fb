package dev.braid.images;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One image, as deploy/images/build asks for it.
 *
 * @param tar where to put it
 * @param name what it is called when it is loaded, tag included
 * @param base what it stands on; without one it holds the tree alone
 * @param tree what to lay over the base: this folder becomes the image's root
 * @param entrypoint the program and its arguments
 */
record ImageLine(Path tar, String name, Optional<Path> base, Path tree, List<String> entrypoint) {

  private static final int FIELDS = 5;

  /**
   * Reads {@code TAR|NAME|BASE|TREE|ENTRYPOINT}; the base may be empty, blanks part the entrypoint.
   */
  static ImageLine parse(String line) {
    List<String> fields = List.of(line.split("\\|", -1));
    if (fields.size() != FIELDS) {
      throw new IllegalArgumentException("not TAR|NAME|BASE|TREE|ENTRYPOINT: " + line);
    }
    return new ImageLine(
        Path.of(fields.get(0)),
        fields.get(1),
        fields.get(2).isEmpty() ? Optional.empty() : Optional.of(Path.of(fields.get(2))),
        Path.of(fields.get(3)),
        List.of(fields.get(4).split(" ")));
  }
}
