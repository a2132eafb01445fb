package dev.braid.agent.lio;

import dev.braid.base.Deadline;
import dev.braid.base.error.NotFenced;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs changes in which the kernel may wait for ever, on a stuck device, where a deadline can give
 * up on them.
 *
 * <p>A thread that waits in the kernel cannot be ended. So there is at most one for each object: a
 * later caller waits for the earlier change to end before it begins its own, and many attempts on a
 * stuck device cost one thread and not many.
 */
public final class Lanes {

  private final Map<String, FutureTask<?>> busy = new ConcurrentHashMap<>();

  /**
   * @param object which the change is about
   * @throws NotFenced if the change did not end in time; it may still be made later
   */
  void run(String object, Deadline deadline, Runnable change) {
    var task = new FutureTask<>(change, true);
    FutureTask<?> earlier = busy.putIfAbsent(object, task);
    while (earlier != null) {
      finish(object, earlier, deadline, false);
      earlier = busy.putIfAbsent(object, task);
    }
    var thread =
        new Thread(
            () -> {
              try {
                task.run();
              } finally {
                busy.remove(object, task);
              }
            },
            "lane " + object);
    thread.setDaemon(true); // or a stuck device would keep the agent from ending
    thread.start();
    finish(object, task, deadline, true);
  }

  private void finish(String object, FutureTask<?> task, Deadline deadline, boolean own) {
    try {
      task.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      if (own && e.getCause() instanceof RuntimeException failure) {
        throw failure;
      } else if (own && e.getCause() instanceof Error error) {
        throw error;
      }
    } catch (TimeoutException e) {
      throw stuck(object, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw stuck(object, e);
    } finally {
      if (task.isDone()) {
        busy.remove(object, task);
      }
    }
  }

  private static NotFenced stuck(String object, Exception e) {
    return new NotFenced(
        "the kernel still waits for commands on "
            + object
            + ": its device answers late or not at all. Look at the head's disks; trying again is"
            + " safe",
        e);
  }
}
