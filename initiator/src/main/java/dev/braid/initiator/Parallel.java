package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.LogContext;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.DeadlinePassed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

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
    return run(doing, hold, tasks, () -> deadline);
  }

  /**
   * As {@link #run}, where nothing is changed: one that comes to no end harms nobody, and holds on
   * to nothing, as its caller goes on under the same locks.
   */
  static <T> List<Outcome<T>> look(
      String doing, List<? extends Callable<T>> tasks, Deadline deadline) {
    try (var nothing = Hold.ofNothing()) {
      return run(doing, nothing, tasks, deadline);
    }
  }

  /**
   * @param patience with what is not done; asked again whenever it has passed
   */
  static <T> List<Outcome<T>> run(
      String doing, Hold hold, List<? extends Callable<T>> tasks, Supplier<Deadline> patience) {
    var running = new ArrayList<FutureTask<T>>();
    for (Callable<T> task : tasks) {
      running.add(start(doing, hold, task, () -> {}));
    }
    var outcomes = new ArrayList<Outcome<T>>();
    for (FutureTask<T> future : running) {
      outcomes.add(outcome(doing, future, patience));
    }
    return outcomes;
  }

  /**
   * As {@link #run}, but once one went well the others have only twice as long again, for theirs to
   * go well too: a way that is dead must not cost those that are not. What is not done by then goes
   * on and holds on.
   *
   * @param well which results are what is wanted
   * @param least that the others are waited for: on a fast host they differ by more than a factor
   */
  static <T> List<Outcome<T>> race(
      String doing,
      Hold hold,
      List<? extends Callable<T>> tasks,
      Predicate<T> well,
      Duration least,
      Deadline deadline) {
    long start = System.nanoTime();
    var ended = new LinkedBlockingQueue<Integer>();
    var running = new ArrayList<FutureTask<T>>();
    for (int i = 0; i < tasks.size(); i++) {
      int index = i;
      running.add(start(doing, hold, tasks.get(i), () -> ended.add(index)));
    }
    var outcomes =
        new ArrayList<Outcome<T>>(
            Collections.nCopies(
                tasks.size(),
                new Outcome.Failed<>(
                    new DeadlinePassed(doing + ": it takes longer than the others, and goes on"))));
    Deadline patience = deadline;
    boolean won = false;
    for (int left = tasks.size(); left > 0; left--) {
      Optional<Integer> next = next(ended, patience);
      if (next.isEmpty()) {
        break;
      }
      Outcome<T> outcome = outcome(doing, running.get(next.get()), () -> deadline); // it has ended
      outcomes.set(next.get(), outcome);
      if (!won && outcome instanceof Outcome.Done<T> done && well.test(done.value())) {
        won = true;
        Duration again = Duration.ofNanos(2 * (System.nanoTime() - start));
        patience = deadline.atMost(again.compareTo(least) < 0 ? least : again);
      }
    }
    return outcomes;
  }

  private static Optional<Integer> next(BlockingQueue<Integer> ended, Deadline deadline) {
    try {
      return Optional.ofNullable(ended.poll(deadline.leftMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static <T> FutureTask<T> start(
      String doing, Hold hold, Callable<T> task, Runnable afterwards) {
    return start(doing, hold, task, afterwards, Thread::start);
  }

  /**
   * @param starter fails where the system has no thread to give; nothing is held then
   */
  static <T> FutureTask<T> start(
      String doing, Hold hold, Callable<T> task, Runnable afterwards, Consumer<Thread> starter) {
    Runnable release = hold.keep();
    var future =
        new FutureTask<T>(
            () -> {
              try {
                return task.call();
              } finally {
                release.run(); // before anybody sees that it is done
              }
            });
    var thread =
        new Thread(
            LogContext.carried(
                () -> {
                  try {
                    future.run();
                  } finally {
                    release.run(); // where it was given up before it began
                    afterwards.run();
                  }
                }),
            doing);
    thread.setDaemon(true);
    boolean started = false;
    try {
      starter.accept(thread);
      started = true;
    } finally {
      if (!started) {
        release.run();
      }
    }
    return future;
  }

  private static <T> Outcome<T> outcome(
      String doing, FutureTask<T> future, Supplier<Deadline> patience) {
    while (true) {
      try {
        return new Outcome.Done<>(future.get(patience.get().leftMillis(), TimeUnit.MILLISECONDS));
      } catch (TimeoutException e) {
        if (patience.get().passed()) {
          // Ends what can be ended: a program that runs, a wait. The kernel's own waits go on.
          future.cancel(true);
          return new Outcome.Failed<>(new DeadlinePassed(doing, e));
        }
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
}
