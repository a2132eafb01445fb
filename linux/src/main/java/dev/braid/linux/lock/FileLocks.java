package dev.braid.linux.lock;

import com.sun.jna.Memory;
import dev.braid.base.Deadline;
import dev.braid.base.error.Busy;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.libc.Abi;
import dev.braid.linux.libc.Abi.Flock;
import dev.braid.linux.libc.Errno;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Fd;
import dev.braid.linux.libc.Posix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
  private static final int HOLDER_BYTES = 512;
  private static final int LONGEST_FILE_NAME = 255;

  private final Path folder;
  private final Clock clock;
  private final Map<String, Queue> queues = new ConcurrentHashMap<>();

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

  private Lock take(String name, boolean alone, String purpose, Deadline deadline) {
    Path file = folder.resolve(fileName(name));
    Queue queue = queues.computeIfAbsent(name, n -> new Queue());
    boolean entered = false;
    Fd fd = null;
    boolean done = false;
    try {
      entered = queue.enter(alone, deadline);
      if (!entered) {
        throw busy(name, purpose, file);
      }
      fd = open(file);
      lockFile(fd, alone, name, purpose, file, deadline);
      var hold = new Hold(queue, fd, alone, who(purpose));
      hold.say();
      done = true;
      return hold;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw busy(name, purpose, file);
    } catch (ErrnoException e) {
      throw new KernelRefused("cannot lock " + name, e);
    } finally {
      if (!done) {
        if (fd != null) {
          fd.close();
        }
        if (entered) {
          queue.leave(alone);
        }
      }
    }
  }

  private Fd open(Path file) throws ErrnoException {
    try {
      return Posix.open(file, Posix.O_RDWR | Posix.O_CREAT, 0600);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
      makeFolder(folder.toAbsolutePath());
      return Posix.open(file, Posix.O_RDWR | Posix.O_CREAT, 0600);
    }
  }

  private static void makeFolder(Path folder) throws ErrnoException {
    Path parent = folder.getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      makeFolder(parent);
    }
    try {
      Posix.mkdir(folder, 0700);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
  }

  private static void lockFile(
      Fd fd, boolean alone, String name, String purpose, Path file, Deadline deadline)
      throws ErrnoException, InterruptedException {
    long pause = FIRST_PAUSE_NANOS;
    while (!tryLock(fd, alone ? Abi.Lock.F_WRLCK : Abi.Lock.F_RDLCK)) {
      long left = deadline.left().toNanos();
      if (left <= 0) {
        throw busy(name, purpose, file);
      }
      LockSupport.parkNanos(fd, Math.min(pause, left));
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
    }
  }

  private static boolean tryLock(Fd fd, int type) throws ErrnoException {
    try (var flock = new Memory(Flock.SIZE)) {
      flock.clear(); // whence, start and length 0: the whole file; OFD locks want pid 0
      flock.setShort(Flock.L_TYPE, (short) type);
      Posix.fcntl(fd, "F_OFD_SETLK", Abi.Lock.F_OFD_SETLK, flock);
      return true;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EAGAIN || e.errno() == Errno.EACCES) {
        return false;
      }
      throw e;
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

  /** A fixed length: what a longer one left is overwritten. */
  private static byte[] line(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] line = new byte[HOLDER_BYTES];
    System.arraycopy(bytes, 0, line, 0, Math.min(bytes.length, HOLDER_BYTES - 1));
    return line;
  }

  private static void write(Fd fd, byte[] line) throws ErrnoException {
    try (var buffer = new Memory(HOLDER_BYTES)) {
      buffer.write(0, line, 0, HOLDER_BYTES);
      Posix.pwrite(fd, buffer, 0);
    }
  }

  private static byte[] read(Fd fd) throws ErrnoException {
    try (var buffer = new Memory(HOLDER_BYTES)) {
      buffer.clear();
      Posix.pread(fd, buffer, 0);
      return buffer.getByteArray(0, HOLDER_BYTES);
    }
  }

  private static Busy busy(String name, String purpose, Path file) {
    String who;
    try {
      who = Files.readString(file, StandardCharsets.ISO_8859_1).replace('\0', ' ').strip();
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

  private static final class Hold implements Lock {

    private final Queue queue;
    private final Fd fd;
    private final String who;
    private boolean alone;
    private boolean open = true;

    Hold(Queue queue, Fd fd, boolean alone, String who) {
      this.queue = queue;
      this.fd = fd;
      this.alone = alone;
      this.who = who;
    }

    /** Those who share it write over each other: it is the last of them who is known. */
    private byte[] said(boolean byItself) {
      return line(byItself ? who : who + ", and perhaps others");
    }

    void say() throws ErrnoException {
      write(fd, said(alone));
    }

    /**
     * So that nobody is named who has let go. Where another's name stands, he may have it still.
     */
    private void unsay() {
      try {
        if (Arrays.equals(read(fd), said(alone))) {
          write(fd, new byte[HOLDER_BYTES]);
        }
      } catch (ErrnoException e) {
        log.warn("{} names {}, who has it no more", fd, who, e);
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
        write(fd, said(false)); // while nobody else can
        if (!tryLock(fd, Abi.Lock.F_RDLCK)) {
          throw new KernelRefused("the kernel would not make " + fd + " from exclusive to shared");
        }
      } catch (ErrnoException e) {
        throw new KernelRefused("cannot share the lock " + fd, e);
      }
      alone = false;
      queue.share();
    }

    @Override
    public synchronized void close() {
      if (open) {
        open = false;
        unsay();
        fd.close(); // the file first: who comes next in the queue must not find it still locked
        queue.leave(alone);
      }
    }
  }
}
