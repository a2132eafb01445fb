package dev.braid.e2e.stack;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waiting for what nothing tells this side of: a fact in another machine's kernel or program. */
public final class Wait {

  private static final Duration PAUSE = Duration.ofMillis(300);

  private Wait() {}

  /**
   * @param fact what is waited for, for the message
   * @throws AssertionError if it is not so in time, with the last reason it was not
   */
  public static void until(String fact, Duration timeout, BooleanSupplier isSo) {
    long end = System.nanoTime() + timeout.toNanos();
    RuntimeException last = null;
    while (true) {
      try {
        if (isSo.getAsBoolean()) {
          return;
        }
      } catch (RuntimeException notYet) {
        last = notYet;
      }
      if (System.nanoTime() > end) {
        throw new AssertionError("not so within " + timeout + ": " + fact, last);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }
}
