package dev.braid.linux.proc;

import dev.braid.base.Deadline;
import dev.braid.linux.DeviceNumber;
import java.util.List;

/**
 * Finds who holds a block device, to name them to the person who must make them let go. What it
 * finds is help, not proof: only an open count of zero proves that nobody does.
 */
public interface Holders {

  /** The machine's. Sees other processes only as root, and all only in the host's pid namespace. */
  static Holders ofKernel() {
    return new ProcHolders(java.nio.file.Path.of("/proc"), java.nio.file.Path.of("/sys"));
  }

  /**
   * Every holder found before the deadline, each in words: a process with its pid and command that
   * has the device open, or something on the file system on it; a mount with its namespace; a
   * device above with its name. Where the search did not come to its end, the last one says so: the
   * list is empty only if all was looked at.
   */
  List<String> of(DeviceNumber device, Deadline deadline);
}
