package dev.braid.linux.iscsi.change;

import dev.braid.base.Deadline;
import dev.braid.base.error.Busy;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Step;
import dev.braid.linux.file.change.HostFiles;
import dev.braid.linux.proc.Programs;
import dev.braid.linux.proc.Programs.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * open-iscsi's lock on its records: a second name of a file, which an iscsiadm that is killed
 * leaves behind. Every later one then waits half a minute for it, and fails.
 */
public final class RecordLock {

  private static final Logger log = LoggerFactory.getLogger(RecordLock.class);

  /** It is held for milliseconds; iscsid, which runs always, takes it too, as short. */
  private static final Duration STALE = Duration.ofSeconds(5);

  private static final long PAUSE_NANOS = Duration.ofMillis(50).toNanos();
  private static final String PROGRAM = "iscsiadm";

  private final Path folder;
  private final Path lock;
  private final HostFiles files = new HostFiles();
  private final Programs programs;
  private final Clock clock;

  /**
   * @param folder {@code /run/lock/iscsi} of the host
   */
  public RecordLock(Path folder, Programs programs, Clock clock) {
    this.folder = folder;
    this.lock = folder.resolve("lock.write");
    this.programs = programs;
    this.clock = clock;
  }

  /**
   * Waits until the lock is free, and removes it where nobody is left who could.
   *
   * <p>After a boot, the first iscsiadm makes the folder; of two at once, the slower one would fail
   * for finding it there, and a path be missing. So it is made here, where that is no failure.
   *
   * @throws Busy naming who still holds it at the deadline
   */
  public void clear(Step step, Deadline deadline) {
    files.makeFolder(step, folder);
    while (true) {
      Optional<FileTime> since = takenAt();
      if (since.isEmpty()) {
        return;
      }
      List<Running> running = programs.named(PROGRAM);
      boolean old = since.get().toInstant().plus(STALE).isBefore(clock.instant());
      if (old && running.isEmpty() && takenAt().equals(since)) {
        remove(since.get());
        return;
      }
      if (deadline.passed()) {
        throw new Busy(
            "open-iscsi's records are locked since "
                + since.get()
                + " ("
                + lock
                + ") by "
                + (running.isEmpty()
                    ? "somebody who does not run any more"
                    : running.stream().map(Running::describe).toList())
                + "; try again");
      }
      LockSupport.parkNanos(this, Math.min(PAUSE_NANOS, Math.max(1, deadline.left().toNanos())));
    }
  }

  /** The second name changes the file's own time; a lock that was taken anew has another one. */
  private Optional<FileTime> takenAt() {
    try {
      return Optional.of((FileTime) Files.getAttribute(lock, "unix:ctime"));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new KernelRefused("cannot look at " + lock, e);
    }
  }

  private void remove(FileTime since) {
    try {
      log.warn("removing {}: an iscsiadm that was killed has held it since {}", lock, since);
      Files.deleteIfExists(lock);
    } catch (IOException e) {
      throw new KernelRefused("cannot remove " + lock + ", which a killed iscsiadm left", e);
    }
  }
}
