package dev.braid.node;

import dev.braid.base.Deadline;
import dev.braid.base.LogContext;
import dev.braid.base.VolumeId;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Step;
import dev.braid.base.step.Steps;
import dev.braid.linux.lock.Lock;
import dev.braid.linux.lock.Locks;
import dev.braid.linux.mount.MountEntry;
import dev.braid.linux.mount.WriteOutCommand;
import dev.braid.linux.mount.change.Mounts;
import dev.braid.linux.mount.change.WritesLostException;
import dev.braid.linux.proc.Programs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a file system write out what it still has in memory, before its last unmount, and sees to it
 * that a call hears of what could not be written.
 *
 * <p>The kernel tells of that once, to the first who asks. A program that asks, waits for a slow
 * device and is killed at a deadline ends only when it has been told; that word dies with it, and
 * the next one that asks hears that all is well. So nobody kills it: a thread of its own waits for
 * it however long it takes, and holds a lock for which the next call waits. If the call that began
 * it is over by then, what failed is written down, and the next call says it, once.
 *
 * <p>What ends this process ends the program too, be it a container's runtime or systemd; then
 * nobody hears. (So a shell around it that would write the outcome down was considered and left: it
 * ends with them, and is one more process at every unstage. Errors that file systems count in sysfs
 * tell nothing: ext4 counts none of a file's data.) The mark that is set before, and taken away
 * when the outcome is known, is what is left of it. Slow is not lost: the next call says what is
 * not known, once, and the one after it goes on.
 */
final class WriteOut {

  private static final Logger log = LoggerFactory.getLogger(WriteOut.class);

  /** For an answer to get to a caller who still waits for it. */
  private static final Duration TO_ANSWER = Duration.ofSeconds(1);

  private final Mounts mounts;
  private final Locks locks;
  private final Programs programs;
  private final UnheardWrites unheard;
  private final Steps steps;

  /**
   * @param locks of this host: another process of the plugin may wait for a program of its own
   */
  WriteOut(Mounts mounts, Locks locks, Programs programs, UnheardWrites unheard, Steps steps) {
    this.mounts = mounts;
    this.locks = locks;
    this.programs = programs;
    this.unheard = unheard;
    this.steps = steps;
  }

  /**
   * Returns if all is written. The caller holds the volume's lock.
   *
   * @throws KernelRefused if something was not written, now or by an earlier call that did not hear
   *     of it, or if that is not known of an earlier one. It is said once. Also if nothing could be
   *     asked of the kernel
   * @throws DeadlinePassed if it was not done in time; it goes on. Also if it was, and too little
   *     time is left for the caller to hear of a failure
   * @throws dev.braid.base.error.Busy if one that goes on was not done in time either
   */
  void run(VolumeId volume, MountEntry top, Deadline deadline) {
    Lock writing =
        locks.exclusive(
            "node-write-out-" + volume.serial(), "write out volume " + volume, deadline);
    FutureTask<Boolean> task;
    boolean begun = false;
    try {
      tellOfEarlier(volume, top.target(), deadline);
      if (top.fileSystemReadOnly()) {
        return; // what turned so after an error writes no more
      }
      task = begin(volume, top.target(), writing);
      begun = true;
    } finally {
      if (!begun) {
        writing.close();
      }
    }
    await(task, volume, top.target(), deadline);
  }

  private void tellOfEarlier(VolumeId volume, Path target, Deadline deadline) {
    Optional<String> earlier = unheard.find(volume);
    if (earlier.isEmpty()) {
      return;
    }
    awaitOrphans(target, deadline);
    hear(volume, deadline);
    throw earlier.get().isEmpty() ? unknown(volume, target) : lost(volume, earlier.get(), null);
  }

  /** Whoever gave up by then hears nothing, and the mark is for the next one. */
  private void hear(VolumeId volume, Deadline deadline) {
    if (deadline.left().compareTo(TO_ANSWER) < 0) {
      throw new DeadlinePassed(
          "looking how the write-out of volume " + volume + " ended; the next try says it");
    }
    steps.run("hear of write-out", step -> unheard.heard(step, volume));
  }

  /** Of a plugin that was killed alone. It keeps the file system in use. */
  private void awaitOrphans(Path target, Deadline deadline) {
    List<String> argv = WriteOutCommand.argv(target);
    programs.named(WriteOutCommand.PROGRAM).stream()
        .filter(running -> running.command().equals(argv))
        .forEach(running -> programs.awaitEnd(running, deadline));
  }

  private FutureTask<Boolean> begin(VolumeId volume, Path target, Lock writing) {
    var task =
        new FutureTask<>(
            () -> {
              try (writing) {
                steps.run("write out", step -> writeOut(step, volume, target));
                return true;
              }
            });
    var thread = new Thread(LogContext.carried(task), "write out " + volume.serial());
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  private void writeOut(Step step, VolumeId volume, Path target) throws WritesLostException {
    unheard.begun(step, volume);
    try {
      mounts.writeOut(step, target);
    } catch (WritesLostException e) {
      log.error("volume {}: {}", volume, e.getMessage());
      unheard.failed(step, volume, e.getMessage());
      throw e;
    } catch (KernelRefused e) {
      unheard.heard(step, volume); // the kernel was not asked, so it still has its word to say
      throw e;
    }
    unheard.heard(step, volume);
  }

  private void await(FutureTask<Boolean> task, VolumeId volume, Path target, Deadline deadline) {
    String doing = "writing out volume " + volume + " at " + target;
    try {
      boolean written = task.get(deadline.leftMillis(), TimeUnit.MILLISECONDS);
      log.debug("volume {} at {} is written out: {}", volume, target, written);
    } catch (TimeoutException e) {
      throw new DeadlinePassed(doing + "; it goes on, and the next try waits for it", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DeadlinePassed(doing + "; the call was ended, and it goes on", e);
    } catch (ExecutionException e) {
      throw failure(volume, doing, e.getCause(), deadline);
    }
  }

  private RuntimeException failure(
      VolumeId volume, String doing, @Nullable Throwable why, Deadline deadline) {
    if (why instanceof WritesLostException lost) {
      hear(volume, deadline);
      return lost(volume, lost.getMessage(), lost);
    }
    if (why instanceof BraidException known) {
      return known;
    }
    if (why instanceof Error end) {
      throw end;
    }
    return new IllegalStateException(doing, why);
  }

  private static KernelRefused lost(VolumeId volume, String why, @Nullable Throwable cause) {
    return new KernelRefused(
        "volume "
            + volume
            + " stays mounted: "
            + why
            + ". The kernel says so once: what it could not write it has given up, and the next"
            + " try goes on without it. Look in the kernel's log for what was lost",
        cause);
  }

  private static KernelRefused unknown(VolumeId volume, Path target) {
    return new KernelRefused(
        "volume "
            + volume
            + " stays mounted at "
            + target
            + ": it was being written out when the node plugin ended, and nobody heard whether"
            + " something could not be written. This is said once: the next try writes out what is"
            + " left and goes on. Look in the kernel's log for write errors of this volume");
  }

  /** The device of a volume is gone: what was not heard by then no call can say any more. */
  void forget(VolumeId volume) {
    Optional<String> left = unheard.find(volume);
    if (left.isPresent()) {
      log.warn(
          "volume {} is off, and no call heard how an earlier write-out of it ended: {}",
          volume,
          left.get().isEmpty() ? "it is not known" : left.get());
      steps.run("forget write-out", step -> unheard.heard(step, volume));
    }
  }
}
