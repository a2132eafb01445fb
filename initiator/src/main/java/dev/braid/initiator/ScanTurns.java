package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One scan at a time on each SCSI host, as the kernel does it anyway, first come, first served.
 * Whoever waits for a turn here knows whether those before him come along, and can go away. In the
 * kernel's own queue many LUNs at once would use up each other's time, and take a path that works
 * for one that hangs.
 */
final class ScanTurns {

  private final Duration each;
  private final Ticker ticker;
  private final ReentrantLock lock = new ReentrantLock();

  /** By host number; a handful. */
  private final Map<Integer, Line> lines = new HashMap<>();

  /**
   * @param each how long one scan may take; behind one that takes longer nobody waits
   */
  ScanTurns(Duration each, Ticker ticker) {
    this.each = each;
    this.ticker = ticker;
  }

  /** Of one host. */
  private static final class Line {
    private final Deque<Condition> waiting = new ArrayDeque<>();
    private boolean scanned;
    private long since;

    private void callFirst() {
      Condition first = waiting.peek();
      if (first != null) {
        first.signal();
      }
    }
  }

  /** For the scans of one caller. */
  Call call() {
    return new Call();
  }

  /** The scans of one caller. For several threads. */
  final class Call {

    private int waiting;
    private long moved = ticker.nanos();

    /**
     * @return whether it is this scan's turn, the end of which {@link #end} is to be told; not,
     *     where the one before it hangs or the deadline has passed
     */
    boolean await(int host, Deadline deadline) throws InterruptedException {
      lock.lockInterruptibly();
      try {
        Line line = lines.computeIfAbsent(host, h -> new Line());
        Condition place = lock.newCondition();
        line.waiting.add(place);
        waiting++;
        try {
          while (line.scanned || line.waiting.peek() != place) {
            long left = Math.min(left(line.since), deadline.left().toNanos());
            if (left <= 0) {
              return false;
            }
            place.awaitNanos(left);
          }
          if (deadline.passed()) {
            return false;
          }
          line.scanned = true;
          line.since = ticker.nanos();
          moved = line.since;
          return true;
        } finally {
          waiting--;
          line.waiting.remove(place);
          if (!line.scanned) {
            line.callFirst();
          }
        }
      } finally {
        lock.unlock();
      }
    }

    /** By whoever had the turn, at the end of his scan. */
    void end(int host) {
      lock.lock();
      try {
        Line line = Objects.requireNonNull(lines.get(host), "nobody scans it");
        line.scanned = false;
        line.since = ticker.nanos();
        line.callFirst();
      } finally {
        lock.unlock();
      }
    }

    /**
     * How long scans that are not done are worth waiting for. To be asked again when it has passed:
     * one that waits for its turn then has all its time before it.
     */
    Deadline patience() {
      lock.lock();
      try {
        long left = waiting == 0 ? left(moved) : each.toNanos();
        return Deadline.after(Duration.ofNanos(left), ticker);
      } finally {
        lock.unlock();
      }
    }

    private long left(long since) {
      return each.toNanos() - (ticker.nanos() - since);
    }
  }
}
