package dev.braid.linux.mount.change;

import dev.braid.base.Deadline;
import dev.braid.base.step.Step;
import java.nio.file.Path;
import java.util.Set;

/** Mounts and unmounts in this process's namespace. */
public interface Mounts {

  /** What can be asked of a mount beyond the defaults. */
  enum Flag {
    READ_ONLY,
    NOSUID,
    NODEV,
    NOEXEC,
    NOATIME,
    NODIRATIME,
    RELATIME,
    STRICTATIME,
    SYNC,
    DIRSYNC
  }

  /**
   * Mounts a file system, whose superblock and journal are read for it: where the device is dead
   * that may last without end, and whoever has a deadline does it on a thread that can be left
   * behind.
   *
   * @param data options that the file system itself reads, comma-separated; may be empty
   * @throws dev.braid.base.error.DeviceInUse if the device is mounted or claimed already
   */
  void mount(Step step, Path device, Path target, String type, Set<Flag> flags, String data);

  /** Shows a folder or file at a second place. What is shown is not turned to for it. */
  void bind(Step step, Path source, Path target);

  /**
   * As {@link #bind}, but nobody can write there, from the first moment on. (A bind that is made
   * read-only afterwards is writable meanwhile, and stays so where we are killed between.)
   */
  void bindReadOnly(Step step, Path source, Path target);

  /**
   * Takes the topmost mount off a path, where its file system stays mounted elsewhere.
   *
   * @throws dev.braid.base.error.DeviceInUse if a file of it is open, or another mount lies in it
   */
  void unmount(Step step, Path target);

  /**
   * Has a file system write out all that it keeps in memory, and waits for it; an unmount does so
   * too, but tells of no write that failed. Of one that failed earlier and nobody was told of, this
   * tells as well, once: whoever asks and does not stay to hear it has the next one hear that all
   * is well. So it has no deadline, and is for a thread that can wait as long as the device makes
   * it. A child process does it, so that this one can end meanwhile.
   *
   * @throws WritesLostException if something could not be written
   * @throws dev.braid.base.error.KernelRefused if the kernel could not be asked
   */
  void writeOut(Step step, Path target) throws WritesLostException;

  /**
   * As {@link #unmount}, for what may be the last mount of a file system: that writes out all that
   * was not written yet, and waits for its device, over any signal. So a child process does it,
   * which can be left behind. Then the mount is out of the table; that the file system is gone only
   * its device can tell.
   *
   * @throws dev.braid.base.error.DeadlinePassed if it was not done in time; it goes on
   */
  void unmountLast(Step step, Path target, Deadline deadline);
}
