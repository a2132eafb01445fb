package dev.braid.linux.block;

import java.nio.file.Path;

/** Whether a part of the kernel has a block device for itself. */
public interface Claims {

  /** The machine's own. */
  static Claims ofKernel() {
    return new KernelClaims();
  }

  /**
   * Whether the device or a partition of it is mounted, in whatever namespace, or swapped on, or is
   * a part of a device of device-mapper, md and the like, or a backstore of LIO; or a program has
   * opened it for itself alone, which is how mkfs, LVM and others keep such apart.
   *
   * <p>A loop device claims nothing, and neither does a program that opens it as any file: for
   * these there is {@link dev.braid.linux.proc.Holders}.
   *
   * <p>It may take as long as the kernel tries to win a dead path back, and no deadline can end it:
   * whoever has one asks on a thread that can be left behind.
   *
   * @throws dev.braid.base.error.KernelRefused if it cannot be told
   */
  boolean claimed(Path node);
}
