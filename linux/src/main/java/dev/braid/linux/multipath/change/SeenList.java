package dev.braid.linux.multipath.change;

import com.sun.jna.Memory;
import dev.braid.base.Deadline;
import dev.braid.base.Wwid;
import dev.braid.base.error.Busy;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Step;
import dev.braid.linux.libc.Abi;
import dev.braid.linux.libc.Abi.Flock;
import dev.braid.linux.libc.Errno;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Fd;
import dev.braid.linux.libc.Posix;
import dev.braid.linux.multipath.SeenFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes to one of multipath-tools' lists.
 *
 * <p>The list is changed in place under the file's own lock, as its tools do. A new file put in its
 * place would lose what another of them, waiting for the lock of the old one, writes next.
 */
public final class SeenList {

  private static final long PAUSE_NANOS = 5_000_000;

  private final Path file;
  private final SeenFile seen;

  public SeenList(SeenFile seen) {
    this.seen = seen;
    this.file = seen.file();
  }

  /**
   * Adds a WWID, as if a map had been made for it before: under {@code find_multipaths strict} only
   * such are multipath's, for udev's rules and for multipathd alike. Both read the list for each
   * device, so nobody need be told.
   */
  public void remember(Step step, Wwid wwid, Deadline deadline) {
    if (seen.form() != SeenFile.Form.WWIDS) {
      throw new IllegalStateException(step.name() + ": names are given by multipathd alone");
    }
    locked(
        deadline,
        (channel, text) -> {
          if (text.lines().noneMatch(l -> seen.names(l, wwid))) {
            String gap = text.isEmpty() || text.endsWith("\n") ? "" : "\n";
            write(channel, channel.size(), gap + "/" + wwid + "/\n");
          }
        });
  }

  /** Takes every line of a WWID out; of a file that is not there, none. */
  public void forget(Step step, Wwid wwid, Deadline deadline) {
    if (!Files.exists(file)) {
      return;
    }
    locked(
        deadline,
        (channel, text) -> {
          var kept = new StringBuilder();
          text.lines().filter(l -> !seen.names(l, wwid)).forEach(l -> kept.append(l).append('\n'));
          if (kept.length() < text.length()) {
            long end = write(channel, 0, kept.toString());
            channel.truncate(end);
          }
        });
  }

  @FunctionalInterface
  private interface Edit {
    void apply(FileChannel channel, String text) throws IOException;
  }

  private void locked(Deadline deadline, Edit edit) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      try (Fd lock = Posix.open(file, Posix.O_RDWR | Posix.O_CREAT, 0600);
          FileChannel channel =
              FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        waitFor(lock, deadline);
        var bytes = ByteBuffer.allocate((int) channel.size());
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {}
        edit.apply(
            channel, new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1));
        channel.force(true);
      }
    } catch (IOException e) {
      throw new KernelRefused("cannot change " + file, e);
    }
  }

  /** Held for a read and a write by everybody who takes it; so it is asked for again and again. */
  private void waitFor(Fd fd, Deadline deadline) throws ErrnoException {
    try (var flock = new Memory(Flock.SIZE)) {
      while (true) {
        flock.clear();
        flock.setShort(Flock.L_TYPE, (short) Abi.Lock.F_WRLCK);
        try {
          Posix.fcntl(fd, "F_OFD_SETLK", Abi.Lock.F_OFD_SETLK, flock);
          return;
        } catch (ErrnoException e) {
          if (e.errno() != Errno.EAGAIN && e.errno() != Errno.EACCES) {
            throw e;
          }
        }
        if (deadline.passed()) {
          throw new Busy(file + " is locked by another program (multipathd, multipath); try again");
        }
        LockSupport.parkNanos(fd, PAUSE_NANOS);
      }
    }
  }

  private static long write(FileChannel channel, long at, String text) throws IOException {
    var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    long position = at;
    while (bytes.hasRemaining()) {
      position += channel.write(bytes, position);
    }
    return position;
  }
}
