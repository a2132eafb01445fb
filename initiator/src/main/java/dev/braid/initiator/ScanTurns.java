package dev.braid.initiator;

import dev.braid.base.Deadline;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One scan at a time on each SCSI host, as the kernel does it anyway: whoever waits for a turn here
 * knows whether the others come along, and has all of a scan's time for its own. Many LUNs at once
 * would otherwise use it up in the kernel's queue, and take a path that works for one that hangs.
 */
final class ScanTurns {

  /** Of one host: the turn, and how many have had it. */
  private record Host(Semaphore turn, AtomicLong had) {
    Host() {
      this(new Semaphore(1, true), new AtomicLong());
    }
  }

  /** A host number is not used again by the kernel: a handful in a node's life. */
  private final Map<Integer, Host> hosts = new ConcurrentHashMap<>();

  /**
   * Waits as long as others come to an end.
   *
   * @param each how long one may take
   * @return whether it is the caller's turn, which {@link #end} is to be told of; not, where one
   *     takes too long, or the deadline has passed
   */
  boolean await(int host, Duration each, Deadline deadline) {
    Host scanned = of(host);
    while (true) {
      long had = scanned.had().get();
      try {
        long most = deadline.atMost(each).left().toNanos();
        if (scanned.turn().tryAcquire(most, TimeUnit.NANOSECONDS)) {
          return true;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
      if (scanned.had().get() == had || deadline.passed()) {
        return false;
      }
    }
  }

  /** By whatever thread. */
  void end(int host) {
    of(host).had().incrementAndGet();
    of(host).turn().release();
  }

  private Host of(int host) {
    return hosts.computeIfAbsent(host, h -> new Host());
  }
}
