package dev.braid.linux.block;

import dev.braid.base.error.KernelRefused;
import dev.braid.linux.DeviceNumber;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Questions to block devices by their node. But for {@link #number} each opens it, which the kernel
 * may have wait for a device that is dead, without end: whoever has a deadline asks on a thread
 * that can be left behind.
 */
public interface BlockDevices {

  /** The machine's own. */
  static BlockDevices ofKernel() {
    return new KernelBlockDevices();
  }

  /**
   * @throws KernelRefused if it cannot be opened or asked
   */
  long bytes(Path node);

  boolean readOnly(Path node);

  /** The smallest piece that can be read or written, in bytes. */
  int logicalBlock(Path node);

  /**
   * Reads past the page cache, so that the answer is the storage's. Offset and length are multiples
   * of the logical block.
   */
  byte[] read(Path node, long offset, int length);

  /**
   * The device a node stands for; empty where the path is no block device's node, or is not there.
   */
  Optional<DeviceNumber> number(Path node);
}
