package dev.braid.e2e.probe;

import java.util.Arrays;

/** The kinds of things that are compared; each is a section of the collecting script. */
public enum Kind {
  SCSI("scsi", "SCSI devices"),
  DM("dm", "device-mapper"),
  SESSION("session", "iSCSI sessions"),
  RECORD("record", "files of open-iscsi"),
  MULTIPATH("multipath", "multipath's files"),
  MOUNT("mount", "mounts"),
  LOOP("loop", "loop devices"),
  FILE("file", "files of Braid and kubelet"),
  POOL("pool", "files of the pool"),
  BOOK("book", "the pool's book"),
  CONFIGFS("configfs", "LIO"),
  PROCESS("process", "processes");

  private final String section;
  private final String title;

  Kind(String section, String title) {
    this.section = section;
    this.title = title;
  }

  static Kind ofSection(String section) {
    return Arrays.stream(values())
        .filter(k -> k.section.equals(section))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no such section: " + section));
  }

  /** Whether it may take a moment until nothing is left of it. */
  boolean settles() {
    return this == PROCESS;
  }

  @Override
  public String toString() {
    return title;
  }
}
