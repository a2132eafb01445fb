package dev.braid.linux.loop.change;

import dev.braid.base.step.Step;
import dev.braid.linux.loop.Loop;
import java.nio.file.Path;

/** Makes, resizes and removes loop devices. */
public interface LoopChange {

  /**
   * A new loop device over a whole file, writable, with direct I/O.
   *
   * @param blockSize the logical block size that it shows, bytes
   * @return its number
   * @throws dev.braid.base.error.KernelRefused also where the file's store cannot do direct I/O
   */
  int attach(Step step, Path file, int blockSize);

  /** Takes the file's size as it is now. */
  void resize(Step step, Loop loop);

  /** Lets go of the file. Where something holds the device open, that comes with its last close. */
  void detach(Step step, Loop loop);
}
