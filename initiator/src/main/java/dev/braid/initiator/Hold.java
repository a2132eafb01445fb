package dev.braid.initiator;

import dev.braid.linux.lock.Lock;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * A lock held by several threads together: it is let go of when the last of them is done. A
 * deadline ends the caller's wait, never what a thread still does under the lock (rule 12).
 */
final class Hold implements AutoCloseable {

  private final Lock lock;
  private final AtomicInteger users = new AtomicInteger(1);
  private final AtomicBoolean closed = new AtomicBoolean();

  Hold(Lock lock) {
    this.lock = lock;
  }

  /** For what runs in parallel and protects nothing. */
  static Hold ofNothing() {
    return new Hold(
        new Lock() {
          @Override
          public void share() {}

          @Override
          public void close() {}
        });
  }

  /** Two at once: for what may still be done when its caller is gone, and needs both. */
  static Hold both(Hold one, Hold other) {
    Runnable first = one.keep();
    Runnable second = other.keep();
    return new Hold(
        new Lock() {
          @Override
          public void share() {
            throw new IllegalStateException("each is shared by who took it");
          }

          @Override
          public void close() {
            second.run();
            first.run();
          }
        });
  }

  /**
   * What is made under a lock, and keeps it. Where nothing is made, for whatever reason, the lock
   * is let go of: nobody else would know of it.
   */
  static <T> T over(Lock lock, Function<Hold, T> make) {
    var hold = new Hold(lock);
    boolean made = false;
    try {
      T it = make.apply(hold);
      made = true;
      return it;
    } finally {
      if (!made) {
        hold.close();
      }
    }
  }

  /** One more user; the lock is kept at least until the given is run, once. */
  Runnable keep() {
    users.incrementAndGet();
    var done = new AtomicBoolean();
    return () -> {
      if (done.compareAndSet(false, true)) {
        leave();
      }
    };
  }

  void share() {
    lock.share();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      leave();
    }
  }

  private void leave() {
    if (users.decrementAndGet() == 0) {
      lock.close();
    }
  }
}
