package dev.braid.e2e.lab;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Tells a person which long step is going on and for how long: a running line on a terminal, a line
 * now and then elsewhere.
 */
public final class Progress {

  private static final boolean TERMINAL = System.console() != null;
  private static final Duration EVERY = TERMINAL ? Duration.ofSeconds(1) : Duration.ofSeconds(15);

  private Progress() {}

  /** Says a whole line. */
  public static synchronized void say(String line) {
    System.out.println((TERMINAL ? "\r\u001b[K" : "") + line);
  }

  /**
   * Runs a step, tells while it runs that it does, and at its end how long it took.
   *
   * @return what the step returns
   */
  public static <T> T during(String step, Callable<T> work) {
    long start = System.nanoTime();
    ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              var thread = new Thread(task, "progress");
              thread.setDaemon(true);
              return thread;
            });
    var ticking =
        clock.scheduleAtFixedRate(
            () -> tick(step, seconds(start)),
            EVERY.toMillis(),
            EVERY.toMillis(),
            TimeUnit.MILLISECONDS);
    try {
      T result = work.call();
      ticking.cancel(false);
      say(step + ": " + seconds(start) + " s");
      return result;
    } catch (Exception e) {
      ticking.cancel(false);
      say(step + ": failed after " + seconds(start) + " s");
      throw e instanceof RuntimeException r ? r : new LabException(step, e);
    } finally {
      clock.shutdownNow();
    }
  }

  private static synchronized void tick(String step, long seconds) {
    if (TERMINAL) {
      System.out.print("\r\u001b[K" + step + ": " + seconds + " s");
      System.out.flush();
    } else {
      System.out.println(step + ": " + seconds + " s so far");
    }
  }

  private static long seconds(long startNanos) {
    return Math.round((System.nanoTime() - startNanos) / 1e9);
  }
}
