package dev.braid.base;

import dev.braid.base.error.BraidException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a task on a thread of its own each time it was woken, and again, later and later, while it
 * fails. Any number of wakes while it runs make one more run: so the task looks at what there is
 * and does what is left, and no wake need carry anything.
 */
public final class Repeater implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Repeater.class);

  static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** May fail: then it is run again. */
  @FunctionalInterface
  public interface Task {
    void run() throws Exception;
  }

  private final String name;
  private final Duration interval;
  private final Duration settling;
  private final Task task;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition woken = lock.newCondition();
  private boolean wanted;
  private boolean closed;

  private Repeater(String name, Duration interval, Duration settling, Task task) {
    this.name = name;
    this.interval = interval;
    this.settling = settling;
    this.task = task;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  /**
   * Does nothing before it is first woken.
   *
   * @param name of the thread, and what it does, for the log: "attestations"
   */
  public static Repeater of(String name, Task task) {
    return every(Duration.ZERO, name, task);
  }

  /** As {@link #of}, and also that long after its last run: for what nobody tells of. */
  public static Repeater every(Duration interval, String name, Task task) {
    return every(interval, Duration.ZERO, name, task);
  }

  /**
   * As {@link #every(Duration, String, Task)}.
   *
   * @param settling from the first wake to the run: for what nobody waits for, so that what comes
   *     in a flock is done in one run, and beside nobody
   */
  public static Repeater every(Duration interval, Duration settling, String name, Task task) {
    var repeater = new Repeater(name, interval, settling, task);
    repeater.thread.start();
    return repeater;
  }

  public void wake() {
    lock.lock();
    try {
      wanted = true;
      woken.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    Duration pause = Duration.ZERO;
    try {
      while (await(pause.isZero() ? interval : pause)) {
        pause = done() ? Duration.ZERO : longer(pause);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  /**
   * @param pause zero: until it is woken; otherwise at most that long
   */
  private boolean await(Duration pause) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = pause.toNanos();
      while (!wanted && !closed && (pause.isZero() || left > 0)) {
        if (pause.isZero()) {
          woken.await();
        } else {
          left = woken.awaitNanos(left);
        }
      }
      long unsettled = wanted ? settling.toNanos() : 0;
      while (!closed && unsettled > 0) {
        unsettled = woken.awaitNanos(unsettled);
      }
      wanted = false;
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private boolean done() throws InterruptedException {
    try {
      task.run();
      return true;
    } catch (InterruptedException e) {
      throw e;
    } catch (BraidException e) {
      endIfInterrupted();
      log.warn("{}: {}; trying again", name, e.messageAndCause());
      return false;
    } catch (Exception | Error e) {
      endIfInterrupted();
      // A mistake of ours, perhaps in one case only: the others must not wait.
      log.error("{} failed; trying again", name, e);
      return false;
    }
  }

  private static void endIfInterrupted() throws InterruptedException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedException();
    }
  }

  private static Duration longer(Duration pause) {
    Duration next = pause.isZero() ? FIRST_PAUSE : pause.multipliedBy(2);
    return next.compareTo(LONGEST_PAUSE) < 0 ? next : LONGEST_PAUSE;
  }

  /** Ends it; a run in progress is interrupted and awaited for a moment. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      woken.signal();
    } finally {
      lock.unlock();
    }
    thread.interrupt();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
