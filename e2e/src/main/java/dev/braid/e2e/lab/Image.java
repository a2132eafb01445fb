package dev.braid.e2e.lab;

import java.nio.file.Path;

/** The one disk image of all machines of a lab, from the user's cache or built now. */
record Image(Path folder) {

  static Image get(Packages packages) {
    return new Image(Cached.folder("e2e/lab/build-image", packages.arguments()));
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
