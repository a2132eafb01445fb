package dev.braid.linux.configfs;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a part of configfs. Paths are relative to its root, names joined by slashes. */
public interface Configfs {

  boolean isFolder(String path);

  /** The names of the folders in a folder, sorted; none if it is gone. */
  List<String> folders(String path);

  /** The symbolic links in a folder: name to what it points at, relative to the root. */
  Map<String, String> links(String path);

  /**
   * An attribute's text without surrounding blanks; empty if it, or what it tells of, is not there.
   */
  Optional<String> read(String path);
}
