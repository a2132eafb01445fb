package dev.braid.linux.lock;

import dev.braid.base.Deadline;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The order in which this process's threads come to one lock: first come, first served, so that a
 * stream of shared holds cannot keep an exclusive one waiting for ever.
 */
final class Queue {

  private final ReentrantLock monitor = new ReentrantLock();
  private final Condition changed = monitor.newCondition();
  private final ArrayDeque<Object> waiting = new ArrayDeque<>();
  private int shared;
  private boolean exclusive;

  /**
   * @return false if the deadline passed first
   */
  boolean enter(boolean alone, Deadline deadline) throws InterruptedException {
    Object ticket = new Object();
    monitor.lockInterruptibly();
    try {
      waiting.add(ticket);
      try {
        while (waiting.peek() != ticket || exclusive || (alone && shared > 0)) {
          long left = deadline.left().toNanos();
          if (left <= 0) {
            return false;
          }
          changed.await(left, TimeUnit.NANOSECONDS);
        }
        if (alone) {
          exclusive = true;
        } else {
          shared++;
        }
        return true;
      } finally {
        waiting.remove(ticket);
        changed.signalAll();
      }
    } finally {
      monitor.unlock();
    }
  }

  void share() {
    monitor.lock();
    try {
      exclusive = false;
      shared++;
      changed.signalAll();
    } finally {
      monitor.unlock();
    }
  }

  void leave(boolean alone) {
    monitor.lock();
    try {
      if (alone) {
        exclusive = false;
      } else {
        shared--;
      }
      changed.signalAll();
    } finally {
      monitor.unlock();
    }
  }
}
