package dev.braid.e2e.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The one disk image of all machines, from the user's cache or built now. */
record Image(Path folder) {

  /** A slow mirror is no reason to give up. */
  private static final Duration BUILD = Duration.ofMinutes(30);

  static Image get() {
    String script = Repository.root().resolve("e2e/lab/build-image").toString();
    Path folder = Path.of(HostProcess.watched(BUILD, List.of(script)));
    if (!Files.exists(folder.resolve("complete"))) {
      throw new LabException(script + " answered " + folder + ", which is no image");
    }
    return new Image(folder);
  }

  Path disk() {
    return folder.resolve("root.img");
  }

  Path kernel() {
    return folder.resolve("vmlinux");
  }

  Path initrd() {
    return folder.resolve("initrd.img");
  }

  /** The cache that all images and findings share. */
  Path cache() {
    Path parent = folder.getParent();
    if (parent == null) {
      throw new LabException(folder + " lies in no cache");
    }
    return parent;
  }
}
