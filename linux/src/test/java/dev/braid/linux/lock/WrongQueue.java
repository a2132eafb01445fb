package dev.braid.linux.lock;

import dev.braid.base.Deadline;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A queue with one mistake: each is one that a change of {@link Queue} could make. */
final class WrongQueue implements Place {

  /** What is wrong with it. */
  enum Mistake {
    /** Nothing: that the others are found is because of what is wrong with them. */
    NONE,
    /** Who lets go wakes nobody. */
    LEAVES_SILENTLY,
    /** From exclusive to shared by way of nothing. */
    SHARES_WITH_A_GAP,
    /** From exclusive to shared without a word to the readers who wait. */
    SHARES_SILENTLY,
    /** A writer looks for writers only. */
    OVERLOOKS_READERS,
    /** Who gives up stays in the queue. */
    KEEPS_ITS_PLACE,
    /** Who gives up does not tell those behind him. */
    GIVES_UP_SILENTLY
  }

  private final Mistake mistake;
  private final ReentrantLock monitor = new ReentrantLock();
  private final Condition changed = monitor.newCondition();
  private final ArrayDeque<Object> waiting = new ArrayDeque<>();
  private int shared;
  private boolean exclusive;

  WrongQueue(Mistake mistake) {
    this.mistake = mistake;
  }

  @Override
  public boolean enter(boolean alone, Deadline deadline) throws InterruptedException {
    Object ticket = new Object();
    boolean entered = false;
    monitor.lockInterruptibly();
    try {
      waiting.add(ticket);
      try {
        while (waiting.peek() != ticket || exclusive || (alone && shared > 0 && !overlooks())) {
          long left = deadline.left().toNanos();
          if (left <= 0) {
            return false;
          }
          var unused = changed.await(left, TimeUnit.NANOSECONDS);
        }
        if (alone) {
          exclusive = true;
        } else {
          shared++;
        }
        entered = true;
        return true;
      } finally {
        if (entered || mistake != Mistake.KEEPS_ITS_PLACE) {
          waiting.remove(ticket);
        }
        if (entered || mistake != Mistake.GIVES_UP_SILENTLY) {
          changed.signalAll();
        }
      }
    } finally {
      monitor.unlock();
    }
  }

  @Override
  public void share() {
    if (mistake == Mistake.SHARES_WITH_A_GAP) {
      leave(true);
      change(() -> shared++, true);
      return;
    }
    change(
        () -> {
          exclusive = false;
          shared++;
        },
        mistake != Mistake.SHARES_SILENTLY);
  }

  @Override
  public void leave(boolean alone) {
    change(
        () -> {
          if (alone) {
            exclusive = false;
          } else {
            shared--;
          }
        },
        mistake != Mistake.LEAVES_SILENTLY);
  }

  private void change(Runnable change, boolean tell) {
    monitor.lock();
    try {
      change.run();
      if (tell) {
        changed.signalAll();
      }
    } finally {
      monitor.unlock();
    }
  }

  private boolean overlooks() {
    return mistake == Mistake.OVERLOOKS_READERS;
  }
}
