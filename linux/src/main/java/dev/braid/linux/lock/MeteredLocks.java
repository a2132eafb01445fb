package dev.braid.linux.lock;

import dev.braid.base.Deadline;
import dev.braid.base.metric.Counter;
import dev.braid.base.metric.Metrics;
import java.util.concurrent.TimeUnit;

/** Measures how long locks are waited for, by kind: what a name begins with. */
public final class MeteredLocks implements Locks {

  private final Locks locks;
  private final Counter waits;
  private final Counter seconds;

  public MeteredLocks(Locks locks, Metrics metrics) {
    this.locks = locks;
    this.waits = metrics.counter("braid_lock_waits_total", "Locks asked for.", "kind", "outcome");
    this.seconds =
        metrics.counter("braid_lock_wait_seconds_total", "Time until they were had.", "kind");
  }

  @Override
  public Lock exclusive(String name, String purpose, Deadline deadline) {
    return measured(name, () -> locks.exclusive(name, purpose, deadline));
  }

  @Override
  public Lock shared(String name, String purpose, Deadline deadline) {
    return measured(name, () -> locks.shared(name, purpose, deadline));
  }

  private Lock measured(String name, java.util.function.Supplier<Lock> take) {
    int dash = name.indexOf('-');
    String kind = dash < 0 ? name : name.substring(0, dash);
    long start = System.nanoTime();
    String outcome = "busy";
    try {
      Lock lock = take.get();
      outcome = "had";
      return lock;
    } finally {
      waits.add(1, kind, outcome);
      seconds.add((System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1), kind);
    }
  }
}
