package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.error.DeadlinePassed;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Pauses that double, for what the kernel tells nobody about: that a device was closed. */
final class Backoff {

  private static final Duration FIRST = Duration.ofMillis(20);
  private static final Duration LONGEST = Duration.ofSeconds(1);

  private Duration next = FIRST;

  /** Pauses, at most until the deadline. */
  void await(Deadline deadline) {
    LockSupport.parkNanos(this, deadline.atMost(next).left().toNanos());
    if (Thread.currentThread().isInterrupted()) {
      throw new DeadlinePassed("waiting for a device to be closed; the call was ended");
    }
    next = next.multipliedBy(2).compareTo(LONGEST) > 0 ? LONGEST : next.multipliedBy(2);
  }
}
