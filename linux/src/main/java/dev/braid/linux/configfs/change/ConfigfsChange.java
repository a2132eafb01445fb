package dev.braid.linux.configfs.change;

import dev.braid.base.step.Step;

/**
 * Changes a part of configfs. Paths are relative to its root.
 *
 * <p>Every method throws {@link dev.braid.base.error.KernelRefused} with the path and the meaning
 * of the error number where the kernel says no. A call may take long: the kernel waits for commands
 * in flight where a LUN, a session or an ACL goes.
 */
public interface ConfigfsChange {

  /** Makes a folder, or finds it made. The kernel fills it. */
  void mkdir(Step step, String path);

  /** Removes a folder, or finds it gone. */
  void rmdir(Step step, String path);

  /** Writes an attribute, in one system call as configfs wants it. */
  void write(Step step, String path, String value);

  /** Makes a symbolic link to another object of this tree, or finds that very link made. */
  void link(Step step, String path, String target);

  /** Removes a symbolic link, or finds it gone. */
  void unlink(Step step, String path);
}
