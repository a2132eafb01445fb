package dev.braid.linux.block.change;

import dev.braid.base.step.Step;
import java.nio.file.Path;

/** Changes to block devices by their node. */
public interface BlockChange {

  /** Writes out what the kernel still keeps for the device and forgets what it read of it. */
  void flush(Step step, Path node);

  /**
   * Writes, and returns when the device says that it is on stable storage. Fails while somebody has
   * the device for himself, as a mount does.
   */
  void write(Step step, Path node, long offset, byte[] bytes);
}
