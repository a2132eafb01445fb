package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.DeadlinePassed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Does the same for every path at once, so that a path that hangs costs the others nothing. Some of
 * what is done is a write to the kernel that no deadline can end: such a thread is left behind, and
 * holds on to what the caller's locks protect until it is done.
 */
final class Parallel {

  private Parallel() {}

  /**
   * How it went for one.
   *
   * @param <T> what is made of it
   */
  sealed interface Outcome<T> {
    /** It was done. */
    record Done<T>(T value) implements Outcome<T> {}

    /** It failed, or was not done in time. */
    record Failed<T>(BraidException why) implements Outcome<T> {}
  }

  /**
   * @param doing what, for the message of one that was not done in time
   * @param hold is kept by every task until its end
   * @return an outcome per task, in the order of the tasks
   */
  static <T> List<Outcome<T>> run(
      String doing, Hold hold, List<? extends Callable<T>> tasks, Deadline deadline) {
    var running = new ArrayList<FutureTask<T>>();
    for (Callable<T> task : tasks) {
      Runnable release = hold.keep();
      var future = new FutureTask<T>(task::call);
      var thread =
          new Thread(
              () -> {
                try {
                  future.run();
                } finally {
                  release.run();
                }
              },
              doing);
      thread.setDaemon(true);
      thread.start();
      running.add(future);
    }
    var outcomes = new ArrayList<Outcome<T>>();
    for (FutureTask<T> future : running) {
      outcomes.add(outcome(doing, future, deadline));
    }
    return outcomes;
  }

  private static <T> Outcome<T> outcome(String doing, FutureTask<T> future, Deadline deadline) {
    try {
      return new Outcome.Done<>(future.get(deadline.leftMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      // Ends what can be ended: a program that runs, a wait. The kernel's own waits go on.
      future.cancel(true);
      return new Outcome.Failed<>(new DeadlinePassed(doing, e));
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      return new Outcome.Failed<>(new DeadlinePassed(doing + "; the call was ended", e));
    } catch (CancellationException e) {
      return new Outcome.Failed<>(new DeadlinePassed(doing, e));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof BraidException b) {
        return new Outcome.Failed<>(b);
      }
      throw new IllegalStateException(doing, e.getCause());
    }
  }
}
