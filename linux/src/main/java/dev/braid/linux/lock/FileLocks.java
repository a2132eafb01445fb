package dev.braid.linux.lock;

import dev.braid.base.Deadline;
import dev.braid.base.error.Busy;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.libc.ErrnoException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Locks on files of one folder, as the package describes them. Safe for many threads.
 *
 * <p>Threads of this process queue in memory and wake each other. Only the first of a queue turns
 * to the file, where it can meet nobody but another process, in practice the old plugin during an
 * upgrade. There it asks again at growing intervals: the kernel's own wait cannot be given a
 * deadline, and a thread left behind in it would take the lock later for nobody.
 */
public final class FileLocks implements Locks {

  private static final Logger log = LoggerFactory.getLogger(FileLocks.class);

  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final int LONGEST_FILE_NAME = 255;

  private final Path folder;
  private final Clock clock;
  private final Queues queues = new Queues();

  /**
   * @param folder made if it is not there, as a part of taking a lock; all who share the locks must
   *     name the same one
   * @param clock for the word on who holds a lock since when
   */
  public FileLocks(Path folder, Clock clock) {
    this.folder = folder;
    this.clock = clock;
  }

  @Override
  public Lock exclusive(String name, String purpose, Deadline deadline) {
    return take(name, true, purpose, deadline);
  }

  @Override
  public Lock shared(String name, String purpose, Deadline deadline) {
    return take(name, false, purpose, deadline);
  }

  /** Of how many names this process keeps anything: those that are had, or waited for, now. */
  int names() {
    return queues.size();
  }

  private Lock take(String name, boolean alone, String purpose, Deadline deadline) {
    Path path = folder.resolve(fileName(name));
    Queue queue = queues.want(name);
    boolean entered = false;
    LockFile file = null;
    boolean done = false;
    try {
      entered = queue.enter(alone, deadline);
      if (!entered) {
        throw busy(name, purpose, path);
      }
      file = lock(path, alone, name, purpose, deadline);
      var hold = new Hold(name, queue, file, alone, who(purpose));
      hold.say();
      done = true;
      return hold;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw busy(name, purpose, path);
    } catch (ErrnoException e) {
      throw new KernelRefused("cannot lock " + name, e);
    } finally {
      if (!done) {
        giveUp(name, queue, entered, file, alone);
      }
    }
  }

  private void giveUp(
      String name, Queue queue, boolean entered, @Nullable LockFile file, boolean alone) {
    if (file != null) {
      file.close();
    }
    if (entered) {
      queue.leave(alone);
    }
    queues.done(name);
  }

  /**
   * A file that who had the lock before has removed meanwhile is a lock that nobody else meets: the
   * one that has its name now is taken instead.
   */
  private static LockFile lock(
      Path path, boolean alone, String name, String purpose, Deadline deadline)
      throws ErrnoException, InterruptedException {
    while (true) {
      LockFile file = LockFile.open(path);
      boolean ours = false;
      try {
        await(file, alone, name, purpose, path, deadline);
        ours = file.isThere();
        if (ours) {
          return file;
        }
      } finally {
        if (!ours) {
          file.close();
        }
      }
    }
  }

  private static void await(
      LockFile file, boolean alone, String name, String purpose, Path path, Deadline deadline)
      throws ErrnoException, InterruptedException {
    long pause = FIRST_PAUSE_NANOS;
    while (!file.tryLock(alone)) {
      long left = deadline.left().toNanos();
      if (left <= 0) {
        throw busy(name, purpose, path);
      }
      LockSupport.parkNanos(file, Math.min(pause, left));
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
    }
  }

  private String who(String purpose) {
    return "process "
        + ProcessHandle.current().pid()
        + " ("
        + purpose
        + ") since "
        + clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }

  private static Busy busy(String name, String purpose, Path path) {
    String who;
    try {
      who = Files.readString(path, StandardCharsets.ISO_8859_1).replace('\0', ' ').strip();
    } catch (IOException e) {
      who = "";
    }
    return new Busy(
        "cannot "
            + purpose
            + " yet: "
            + name
            + " is held by "
            + (who.isEmpty() ? "others, who are not known" : who)
            + "; try again");
  }

  /** A name as a file's: what is not plain is written as its bytes, so that two never meet. */
  static String fileName(String name) {
    var safe = new StringBuilder();
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean plain =
          (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
      safe.append(plain ? String.valueOf(c) : String.format("%%%02x", (int) c));
    }
    safe.append(".lock");
    if (safe.length() > LONGEST_FILE_NAME) {
      throw new IllegalArgumentException("too long for a lock's name: " + name);
    }
    return safe.toString();
  }

  private final class Hold implements Lock {

    private final String name;
    private final Queue queue;
    private final LockFile file;
    private final String who;
    private boolean alone;
    private boolean open = true;

    Hold(String name, Queue queue, LockFile file, boolean alone, String who) {
      this.name = name;
      this.queue = queue;
      this.file = file;
      this.alone = alone;
      this.who = who;
    }

    /** Those who share it write over each other: it is the last of them who is known. */
    private String said(boolean byItself) {
      return byItself ? who : who + ", and perhaps others";
    }

    void say() {
      say(alone);
    }

    /** A lock holds without a word on who has it: a file system that is full must stop nobody. */
    private void say(boolean byItself) {
      try {
        file.say(said(byItself));
      } catch (ErrnoException e) {
        log.warn("{} is held, and cannot tell by whom", file, e);
      }
    }

    @Override
    public synchronized void share() {
      if (!open) {
        throw new IllegalStateException("the lock was let go of");
      }
      if (!alone) {
        return;
      }
      try {
        say(false); // while nobody else can
        if (!file.tryLock(false)) {
          throw new KernelRefused(
              "the kernel would not make " + file + " from exclusive to shared");
        }
      } catch (ErrnoException e) {
        throw new KernelRefused("cannot share the lock " + file, e);
      }
      alone = false;
      queue.share();
    }

    @Override
    public synchronized void close() {
      if (open) {
        open = false;
        letGo(); // the file first: who comes next in the queue must not find it still locked
        queue.leave(alone);
        queues.done(name);
      }
    }

    /** One after the other, so that of two who share it here the second finds itself alone. */
    private void letGo() {
      synchronized (queue) {
        try {
          if (!alone && !file.tryLock(true)) {
            unsay();
          } else if (file.isThere()) { // else somebody removed it by hand, and it is another's now
            file.remove();
          }
        } catch (ErrnoException e) {
          log.warn("{} stays, and may name {}, who has it no more", file, who, e);
        }
        file.close();
      }
    }

    /**
     * So that nobody is named who has let go. Where another's name stands, he may have it still.
     */
    private void unsay() throws ErrnoException {
      if (file.says(said(false))) {
        file.say("");
      }
    }
  }
}
