package dev.braid.linux.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.linux.lock.WrongQueue.Mistake;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The order in which threads come to a lock, in every order of their steps that Lincheck gets round
 * to. To Lincheck a wait with a time limit is one without: a wake-up that is lost is not mended by
 * the time that passes, but shows as threads that wait for ever. So a deadline passes here when a
 * thread says so, and is seen by one that is woken.
 *
 * <p>{@code BRAID_SCHEDULES} says how many orders are tried of each situation.
 */
class QueueModelTest {

  private static final int SCHEDULES =
      Integer.parseInt(System.getenv().getOrDefault("BRAID_SCHEDULES", "60"));

  private static final int FEW = 20;

  /** It ends with the first one that shows the mistake. */
  private static final int MANY = 2000;

  @ParameterizedTest
  @EnumSource
  @DisplayName("rule 12: in whatever order threads come to a lock, it lets in who may, and all")
  void right(Situation situation) {
    // A method reference is called past Lincheck, which would not see what is behind it.
    check(situation, SCHEDULES, () -> Place.right());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("a queue with a mistake is found out, and the same one without it is not")
  void wrong(Mistake mistake) {
    switch (mistake) {
      case NONE -> {
        for (Situation situation : Situation.values()) {
          check(situation, FEW, () -> new WrongQueue(mistake));
        }
      }
      case LEAVES_SILENTLY -> found(mistake, Situation.EXCLUSION);
      case OVERLOOKS_READERS -> found(mistake, Situation.CROWD);
      case SHARES_WITH_A_GAP -> found(mistake, Situation.KEPT_OUT);
      case SHARES_SILENTLY, GIVES_UP_SILENTLY -> found(mistake, Situation.DEADLINE);
      case KEEPS_ITS_PLACE -> found(mistake, Situation.INTERRUPTION);
    }
  }

  private static void found(Mistake mistake, Situation situation) {
    assertThatThrownBy(() -> check(situation, MANY, () -> new WrongQueue(mistake)))
        .satisfiesAnyOf(
            shown -> assertThat(shown).isInstanceOf(LincheckAssertionError.class),
            shown -> assertThat(shown.getStackTrace()).anyMatch(QueueModelTest::prints));
  }

  /** Some orders of steps that show a mistake Lincheck 3.7 finds, and then fails to print. */
  private static boolean prints(StackTraceElement at) {
    return at.getClassName().equals("org.jetbrains.kotlinx.lincheck.ReporterKt")
        && at.getMethodName().equals("appendTrace");
  }

  private static void check(Situation situation, int schedules, Supplier<Place> queue) {
    Lincheck.runConcurrentTest(schedules, () -> situation.play(new Scene(queue.get())));
  }

  /** Threads that come to one queue. */
  enum Situation {
    /** Two writers and a reader. */
    EXCLUSION {
      @Override
      void play(Scene scene) {
        scene.begin(() -> scene.pass(true));
        scene.begin(() -> scene.pass(false));
        scene.pass(true);
        scene.end();
      }
    },

    /** Two shared holds end one after the other; a writer waits for both, a reader behind it. */
    CROWD {
      @Override
      void play(Scene scene) {
        scene.enter(false, scene.far());
        scene.enter(false, scene.far());
        scene.begin(() -> scene.pass(true));
        scene.begin(() -> scene.pass(false));
        scene.leave(false);
        scene.leave(false);
        scene.end();
      }
    },

    /** An attach that has logged in shares its hold, and a logout waits on. */
    KEPT_OUT {
      @Override
      void play(Scene scene) {
        scene.begin(() -> scene.pass(true));
        scene.enter(true, scene.far());
        scene.share();
        scene.leave(false);
        scene.end();
      }
    },

    /** A writer's time is up while a shared hold keeps it out, and a reader is behind it. */
    DEADLINE {
      @Override
      void play(Scene scene) {
        Deadline soon = scene.deadline(1);
        scene.begin(
            () -> {
              if (scene.enter(true, soon)) {
                scene.leave(true);
              }
            });
        Thread reader = scene.begin(() -> scene.pass(false));
        scene.enter(true, scene.far());
        scene.timePasses(1);
        scene.share();
        scene.join(reader);
        scene.leave(false);
        scene.end();
      }
    },

    /** A writer is told to stop waiting, and a reader is behind it. */
    INTERRUPTION {
      @Override
      void play(Scene scene) {
        Thread writer = scene.begin(() -> scene.pass(true));
        Thread reader = scene.begin(() -> scene.pass(false));
        scene.enter(false, scene.far());
        writer.interrupt();
        scene.join(reader);
        scene.leave(false);
        scene.end();
      }
    };

    abstract void play(Scene scene);
  }

  /** One queue, its time, and who is in. Whoever comes in looks whether it may be there. */
  static final class Scene {

    private static final long FAR = 1_000_000;

    private final Place queue;
    private final AtomicLong now = new AtomicLong();
    private final AtomicInteger readers = new AtomicInteger();
    private final AtomicInteger writers = new AtomicInteger();
    private final AtomicBoolean wrong = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();

    Scene(Place queue) {
      this.queue = queue;
    }

    Thread begin(Runnable task) {
      var thread = new Thread(task);
      threads.add(thread);
      thread.start();
      return thread;
    }

    void pass(boolean alone) {
      if (enter(alone, far())) {
        leave(alone);
      }
    }

    /** False if it was interrupted, or its time was up. */
    boolean enter(boolean alone, Deadline deadline) {
      try {
        if (!queue.enter(alone, deadline)) {
          return false;
        }
      } catch (InterruptedException e) {
        return false;
      }
      (alone ? writers : readers).incrementAndGet();
      look();
      return true;
    }

    void share() {
      // From here on readers may come: who counts himself a writer would find fault with them.
      writers.decrementAndGet();
      readers.incrementAndGet();
      queue.share();
      look();
    }

    void leave(boolean alone) {
      look();
      (alone ? writers : readers).decrementAndGet();
      queue.leave(alone);
    }

    private void look() {
      int in = writers.get();
      if (in > 1 || (in == 1 && readers.get() > 0)) {
        wrong.set(true);
      }
    }

    Deadline far() {
      return deadline(FAR);
    }

    Deadline deadline(long nanos) {
      return Deadline.after(Duration.ofNanos(nanos), now::get);
    }

    void timePasses(long nanos) {
      now.addAndGet(nanos);
    }

    void join(Thread thread) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    /** Waits for all, and for nobody in vain. */
    void end() {
      threads.forEach(this::join);
      if (wrong.get()) {
        throw new IllegalStateException("a writer was not alone");
      }
      if (!enter(true, deadline(0))) {
        throw new IllegalStateException("nobody is in, and the queue lets nobody in");
      }
    }
  }
}
