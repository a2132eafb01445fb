package dev.braid.agent;

import dev.braid.base.Deadline;
import dev.braid.base.error.Busy;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Held while the book and the target are changed (rule 13). Not held while the kernel may wait for
 * commands in flight: one stuck device would stop every other volume.
 */
final class TargetLock {

  private final ReentrantLock lock = new ReentrantLock(true);

  /** The lock, held until it is closed. */
  interface Held extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * @throws Busy if others held it until the deadline
   */
  Held take(Deadline deadline) {
    try {
      if (lock.tryLock(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
        return lock::unlock;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new Busy("the target is being changed by other calls");
  }
}
