package dev.braid.agent;

import dev.braid.base.Deadline;
import dev.braid.base.error.Busy;
import java.util.HashSet;
import java.util.Set;

/** One call at a time about each object. */
final class InFlight {

  private final Set<String> objects = new HashSet<>();

  /** A call that is in flight until it is closed. */
  interface Call extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Does not wait: who calls comes again by himself.
   *
   * @throws Busy if a call about the object is in flight
   */
  synchronized Call enter(String object) {
    if (!objects.add(object)) {
      throw busy(object);
    }
    return () -> leave(object);
  }

  /**
   * Waits for its turn.
   *
   * @throws Busy if it did not come before the deadline
   */
  synchronized Call await(String object, Deadline deadline) {
    try {
      while (!objects.add(object)) {
        if (deadline.passed()) {
          throw busy(object);
        }
        wait(Math.max(1, deadline.leftMillis())); // 0 would be for ever
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw busy(object);
    }
    return () -> leave(object);
  }

  private synchronized void leave(String object) {
    objects.remove(object);
    notifyAll();
  }

  private static Busy busy(String object) {
    return new Busy("another call about " + object + " is in flight");
  }
}
