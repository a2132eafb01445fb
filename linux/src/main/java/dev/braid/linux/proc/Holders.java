package dev.braid.linux.proc;

import dev.braid.base.Deadline;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.loop.Loops;
import java.nio.file.Path;
import java.util.List;

/**
 * Finds who holds a block device, to name them to the person who must make them let go. What it
 * finds is help, not proof: only an open count of zero proves that nobody does.
 */
public interface Holders {

  /** The machine's. Sees other processes only as root, and all only in the host's pid namespace. */
  static Holders ofKernel() {
    return new ProcHolders(Path.of("/proc"), Path.of("/sys"), Loops::under);
  }

  /**
   * Every holder found before the deadline, each in words: a process with its pid and command that
   * has the device open, or something on the file system on it; a mount with its namespace; a swap;
   * a loop device; a device above with its name, and who has that. Where the search did not come to
   * its end, the last one says so: the list is empty only if all was looked at.
   */
  List<String> of(DeviceNumber device, Deadline deadline);
}
