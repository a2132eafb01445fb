package dev.braid.e2e.volume;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Several things at once, each on a thread of its own, all of them to their end. */
final class AtOnce {

  private AtOnce() {}

  static <T> void each(Collection<T> all, Consumer<T> work) {
    run(all.stream().map(one -> (Runnable) () -> work.accept(one)).toArray(Runnable[]::new));
  }

  /**
   * @throws AssertionError with the first failure, and the others in it
   */
  static void run(Runnable... works) {
    ExecutorService threads = Executors.newFixedThreadPool(works.length);
    try {
      List<Callable<Object>> tasks = Arrays.stream(works).map(Executors::callable).toList();
      AssertionError failure = null;
      for (Future<Object> future : threads.invokeAll(tasks)) {
        try {
          future.get();
        } catch (ExecutionException e) {
          if (failure == null) {
            failure = new AssertionError(e.getCause());
          } else {
            failure.addSuppressed(e.getCause());
          }
        }
      }
      if (failure != null) {
        throw failure;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    } finally {
      threads.shutdownNow();
    }
  }
}
