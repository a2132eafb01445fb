package dev.braid.linux.lock;

import com.sun.jna.Memory;
import dev.braid.linux.libc.Abi;
import dev.braid.linux.libc.Abi.Flock;
import dev.braid.linux.libc.Errno;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Fd;
import dev.braid.linux.libc.Posix;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The file of a lock, opened once more, and the kernel's lock on it. */
final class LockFile implements AutoCloseable {

  private static final int LINE = 512;

  private final Path path;
  private final Fd fd;

  private LockFile(Path path, Fd fd) {
    this.path = path;
    this.fd = fd;
  }

  /** Makes it, and the folder, where they are not there. */
  static LockFile open(Path path) throws ErrnoException {
    try {
      return new LockFile(path, make(path));
    } catch (ErrnoException e) {
      Path folder = path.toAbsolutePath().getParent();
      if (e.errno() != Errno.ENOENT || folder == null) {
        throw e;
      }
      makeFolder(folder);
      return new LockFile(path, make(path));
    }
  }

  private static Fd make(Path path) throws ErrnoException {
    return Posix.open(path, Posix.O_RDWR | Posix.O_CREAT, 0600);
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

  /**
   * Takes the lock, or makes one that is had already another: from shared to alone and back without
   * a moment in between.
   *
   * @return false if others have it; then all is as it was
   */
  boolean tryLock(boolean alone) throws ErrnoException {
    int type = alone ? Abi.Lock.F_WRLCK : Abi.Lock.F_RDLCK;
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

  /**
   * Whether this is still the file that others find by its name. Looked at with the lock, it stays
   * so: only who has the lock alone removes it.
   */
  boolean isThere() throws ErrnoException {
    return Posix.links(fd) > 0;
  }

  /** The caller has the lock alone, and sees that the file is there. */
  void remove() throws ErrnoException {
    Posix.unlink(path);
  }

  /** A fixed length: what a longer one left is overwritten. */
  void say(String text) throws ErrnoException {
    byte[] line = line(text);
    try (var buffer = new Memory(LINE)) {
      buffer.write(0, line, 0, LINE);
      Posix.pwrite(fd, buffer, 0);
    }
  }

  boolean says(String text) throws ErrnoException {
    try (var buffer = new Memory(LINE)) {
      buffer.clear();
      Posix.pread(fd, buffer, 0);
      return Arrays.equals(buffer.getByteArray(0, LINE), line(text));
    }
  }

  private static byte[] line(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] line = new byte[LINE];
    System.arraycopy(bytes, 0, line, 0, Math.min(bytes.length, LINE - 1));
    return line;
  }

  /** Lets go of the lock too. */
  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
