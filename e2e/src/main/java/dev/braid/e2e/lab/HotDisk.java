package dev.braid.e2e.lab;

import java.nio.file.Path;

/** A disk that a node gets while it runs, when a cluster is wanted. */
public enum HotDisk {
  /** The programs of a Kubernetes node. */
  TOOLS("raw"),
  /** containerd's folder, with the images in it already. */
  CONTAINERD("qcow2");

  private final String baseFormat;

  HotDisk(String baseFormat) {
    this.baseFormat = baseFormat;
  }

  /** The format of the file that it is a copy of, which stays as it is. */
  String baseFormat() {
    return baseFormat;
  }

  String serial() {
    return switch (this) {
      case TOOLS -> "braid-tools";
      case CONTAINERD -> "braid-containerd";
    };
  }

  String slot() {
    return "slot" + chassis();
  }

  int chassis() {
    return ordinal() + 1;
  }

  Path in(Path machineFolder) {
    return machineFolder.resolve(serial() + ".qcow2");
  }

  String drive(Path machineFolder) {
    return "file=" + in(machineFolder) + ",format=qcow2,cache=unsafe,discard=unmap";
  }
}
