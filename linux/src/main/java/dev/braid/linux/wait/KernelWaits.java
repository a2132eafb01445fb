package dev.braid.linux.wait;

import dev.braid.base.Deadline;
import dev.braid.base.LogContext;
import dev.braid.base.error.Busy;
import dev.braid.base.error.DeadlinePassed;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes system calls in which the kernel may wait for a device without end, where a deadline can
 * give up on them: on a thread of its own, which is left behind then, and goes on.
 *
 * <p>There is at most one such thread for each object and kind of work. While one is left behind,
 * the same work is not begun again but refused, so that callers who try again and again do not pile
 * up threads. Where the earlier caller still waits, nothing is wrong yet, and the next one waits
 * for its turn.
 *
 * <p>What ends after its caller has left may have ended well. So whoever hands in a change must
 * find it done, or do it again without harm, at his next call; and what gives something that must
 * be let go of says how. The locks of the caller protect such work only if it keeps them ({@code
 * afterwards}).
 *
 * <p>Threads are kept for a while and used again, and keep no process from ending. Safe for many
 * threads.
 */
public final class KernelWaits {

  private static final Logger log = LoggerFactory.getLogger(KernelWaits.class);

  private final InstantSource clock;
  private final Executor threads;
  private final Map<Lane, Work<?>> going = new ConcurrentHashMap<>();

  /**
   * @param clock for messages: since when something hangs
   */
  public KernelWaits(InstantSource clock) {
    this(
        clock,
        Executors.newCachedThreadPool(
            task -> {
              var thread = new Thread(task, "kernel wait");
              thread.setDaemon(true);
              return thread;
            }));
  }

  KernelWaits(InstantSource clock, Executor threads) {
    this.clock = clock;
    this.threads = threads;
  }

  /** Work of one kind on one object, of which there is one at a time. */
  private record Lane(String object, String doing) {
    @Override
    public String toString() {
      return doing + " " + object;
    }
  }

  /**
   * @param object which may be dead, as messages name it: "the map mpatha"
   * @param doing what is done with it, as messages name it: "mounting"
   * @throws DeadlinePassed if it is not done in time; it goes on
   * @throws Busy if the same still goes on for an earlier caller, who has left
   */
  public void run(String object, String doing, Deadline deadline, Runnable change) {
    run(object, doing, deadline, change, () -> {});
  }

  /**
   * As {@link #run(String, String, Deadline, Runnable)}.
   *
   * @param afterwards is run once, when the change has ended or was refused; whoever keeps a lock
   *     for the change lets go of it then
   */
  public void run(
      String object, String doing, Deadline deadline, Runnable change, Runnable afterwards) {
    Supplier<Boolean> work =
        () -> {
          change.run();
          return true;
        };
    this.<Boolean>make(new Lane(object, doing), deadline, work, done -> {}, afterwards);
  }

  /** As {@link #run(String, String, Deadline, Runnable)}, for what has an answer. */
  public <T> T call(String object, String doing, Deadline deadline, Supplier<T> question) {
    return call(object, doing, deadline, question, answer -> {});
  }

  /**
   * As {@link #call(String, String, Deadline, Supplier)}.
   *
   * @param late lets go of an answer that came after its caller had left
   */
  public <T> T call(
      String object, String doing, Deadline deadline, Supplier<T> question, Consumer<T> late) {
    return make(new Lane(object, doing), deadline, question, late, () -> {});
  }

  /** What goes on with an object now, each with since when; nothing, as a rule. */
  public List<String> on(String object) {
    return going.entrySet().stream()
        .filter(e -> e.getKey().object().equals(object))
        .map(e -> e.getKey().doing() + " it in the kernel since " + e.getValue().since)
        .sorted()
        .toList();
  }

  private <T> T make(
      Lane lane, Deadline deadline, Supplier<T> question, Consumer<T> late, Runnable afterwards) {
    var work = new Work<T>(lane, question, late, afterwards);
    boolean begun = false;
    try {
      deadline.check(lane.toString());
      begin(work, deadline);
      begun = true;
    } finally {
      if (!begun) {
        afterwards.run();
      }
    }
    return work.await(deadline);
  }

  private void begin(Work<?> work, Deadline deadline) {
    Work<?> earlier = going.putIfAbsent(work.lane, work);
    while (earlier != null) {
      earlier.awaitTurn(deadline);
      earlier = going.putIfAbsent(work.lane, work);
    }
    boolean begun = false;
    try {
      threads.execute(LogContext.carried(work)); // fails where the system has no thread to give
      begun = true;
    } finally {
      if (!begun) {
        work.end();
      }
    }
  }

  /** What becomes of work, decided once: by its end, or by a caller who leaves before. */
  private enum Fate {
    AWAITED,
    DONE,
    LEFT
  }

  private final class Work<T> implements Runnable {

    private final Lane lane;
    private final Supplier<T> question;
    private final Consumer<T> late;
    private final Runnable afterwards;
    private final String since = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();

    private final AtomicReference<Fate> fate = new AtomicReference<>(Fate.AWAITED);
    private final CompletableFuture<T> answer = new CompletableFuture<>();

    private final CountDownLatch ended = new CountDownLatch(1);

    Work(Lane lane, Supplier<T> question, Consumer<T> late, Runnable afterwards) {
      this.lane = lane;
      this.question = question;
      this.late = late;
      this.afterwards = afterwards;
    }

    @Override
    public void run() {
      try {
        T value = answered();
        settle(() -> answer.complete(value), () -> letGo(value));
      } catch (RuntimeException | Error e) {
        settle(
            () -> answer.completeExceptionally(e),
            () -> log.warn("{}, begun at {}, has failed; its caller had left", lane, since, e));
      }
    }

    /** A caller who has his answer finds nothing going on any more. */
    private void settle(Runnable forCaller, Runnable withoutCaller) {
      if (fate.compareAndSet(Fate.AWAITED, Fate.DONE)) {
        end();
        forCaller.run();
      } else {
        try {
          withoutCaller.run();
        } finally {
          end();
        }
      }
    }

    private void letGo(T value) {
      log.warn("{}, begun at {}, is done; its caller had left", lane, since);
      try {
        late.accept(value);
      } catch (RuntimeException e) {
        log.error("what {} gave could not be let go of", lane, e);
      }
    }

    /** What is kept for it is let go of before anybody learns of its end. */
    private T answered() {
      try {
        return question.get();
      } finally {
        afterwards.run();
      }
    }

    void end() {
      going.remove(lane, this);
      ended.countDown();
    }

    T await(Deadline deadline) {
      try {
        return answer.get(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        return leave("", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return leave("; the call was ended", e);
      } catch (ExecutionException e) {
        throw failure(e.getCause());
      }
    }

    /** Unless it was done this very moment. */
    private T leave(String why, Exception e) {
      if (fate.compareAndSet(Fate.AWAITED, Fate.LEFT)) {
        throw new DeadlinePassed(
            lane
                + why
                + "; it goes on, for no deadline ends what waits in the kernel. See whether a path"
                + " of it answers, and what the kernel's log says",
            e);
      }
      try {
        return answer.join();
      } catch (CompletionException failed) {
        throw failure(failed.getCause());
      }
    }

    private RuntimeException failure(@Nullable Throwable cause) {
      if (cause instanceof RuntimeException failure) {
        return failure;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      return new IllegalStateException(lane.toString(), cause);
    }

    /** Returns when it has ended. */
    void awaitTurn(Deadline deadline) {
      if (fate.get() == Fate.LEFT) {
        throw new Busy(
            lane
                + " has gone on since "
                + since
                + ": the kernel waits for the device, and the call that began it has given up. It"
                + " is not begun a second time before that ends; see whether a path of it answers,"
                + " and what the kernel's log says");
      }
      try {
        if (!ended.await(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
          throw new DeadlinePassed(lane + ", which another call began at " + since);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new DeadlinePassed(lane + "; the call was ended", e);
      }
    }
  }
}
