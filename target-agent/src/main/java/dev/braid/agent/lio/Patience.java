package dev.braid.agent.lio;

import dev.braid.base.Deadline;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for what the kernel tells nobody about (configfs has no events): looks, pauses, looks
 * again.
 */
public final class Patience {

  private static final Duration FIRST = Duration.ofMillis(5);
  private static final Duration LONGEST = Duration.ofMillis(200);

  /**
   * @return whether it came true before the deadline
   */
  public boolean until(Deadline deadline, BooleanSupplier what) {
    Duration pause = FIRST;
    while (!what.getAsBoolean()) {
      if (deadline.passed() || Thread.currentThread().isInterrupted()) {
        return false;
      }
      Duration left = deadline.left();
      LockSupport.parkNanos(this, (left.compareTo(pause) < 0 ? left : pause).toNanos());
      pause = pause.multipliedBy(2).compareTo(LONGEST) < 0 ? pause.multipliedBy(2) : LONGEST;
    }
    return true;
  }
}
