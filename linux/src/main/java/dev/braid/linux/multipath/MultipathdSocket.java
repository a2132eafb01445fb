package dev.braid.linux.multipath;

import com.sun.jna.Memory;
import dev.braid.base.Deadline;
import dev.braid.linux.libc.Abi.SockaddrUn;
import dev.braid.linux.libc.Abi.Socket;
import dev.braid.linux.libc.Abi.Timeval;
import dev.braid.linux.libc.Errno;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Fd;
import dev.braid.linux.libc.Posix;
import dev.braid.linux.multipath.MultipathdException.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One question and one answer over multipathd's socket. Both ways: a word of the machine with the
 * length, then that many bytes of text, the last of them NUL.
 *
 * <p>The socket has an abstract name (in the host's network namespace) and, from version 0.10 on,
 * also one in the file system.
 */
public final class MultipathdSocket {

  public static final Path PATH = Path.of("/run/multipathd.socket");
  public static final String ABSTRACT = "/org/kernel/linux/storage/multipathd";

  private static final int LENGTH_WORD = Long.BYTES;
  private static final int MAX_REPLY = 64 << 20;

  private final Path path;
  private final String abstractName;

  public MultipathdSocket() {
    this(PATH, ABSTRACT);
  }

  /** For a daemon that listens elsewhere: a test's. */
  public MultipathdSocket(Path path, String abstractName) {
    this.path = path;
    this.abstractName = abstractName;
  }

  /**
   * @param command as its manual lists them
   * @return the answer without the final newline
   * @throws MultipathdException also if the answer is a refusal
   */
  public String ask(String command, Deadline deadline) throws MultipathdException {
    try (Fd fd = connect(deadline)) {
      send(fd, command, deadline);
      return judge(command, receive(fd, command, deadline));
    } catch (ErrnoException e) {
      throw new MultipathdException(
          Kind.BROKEN, "the connection to multipathd broke at '" + command + "'", e);
    }
  }

  static String judge(String command, String reply) throws MultipathdException {
    String said = reply.strip();
    if (said.startsWith("fail")) {
      throw new MultipathdException(
          Kind.REFUSED, "multipathd refused '" + command + "': " + said.replace('\n', ' '), null);
    }
    if (said.equals("timeout")) {
      throw new MultipathdException(
          Kind.BUSY, "multipathd is too busy for '" + command + "'", null);
    }
    if (said.equals("blacklisted")) {
      throw new MultipathdException(
          Kind.BLACKLISTED,
          "multipathd's settings exclude the device of '" + command + "' (see: show blacklist)",
          null);
    }
    return said;
  }

  private Fd connect(Deadline deadline) throws MultipathdException, ErrnoException {
    ErrnoException refused = null;
    for (boolean inFiles : new boolean[] {true, false}) {
      if (inFiles && !Files.exists(path)) {
        continue;
      }
      Fd fd = Posix.socket(Socket.AF_UNIX, Socket.SOCK_STREAM, 0);
      try (Memory address = new Memory(SockaddrUn.SIZE);
          Memory patience = new Memory(Timeval.SIZE)) {
        // A full queue of callers blocks connect(): it must end with the deadline too.
        int millis = Math.max(1, deadline.leftMillis());
        patience.setLong(Timeval.TV_SEC, millis / 1000);
        patience.setLong(Timeval.TV_USEC, millis % 1000 * 1000L);
        Posix.setsockopt(fd, Socket.SOL_SOCKET, Socket.SO_SNDTIMEO, patience);
        Posix.connect(fd, address, fill(address, inFiles));
        return fd;
      } catch (ErrnoException e) {
        fd.close();
        if (e.errno() == Errno.EAGAIN) {
          throw new MultipathdException(Kind.TIMEOUT, "multipathd takes no more callers", e);
        }
        refused = e;
      }
    }
    throw new MultipathdException(
        Kind.NOT_RUNNING, "multipathd does not answer on its socket: is it running?", refused);
  }

  /** An abstract name begins with a NUL and ends where the length says, not at a NUL. */
  private int fill(Memory address, boolean inFiles) {
    address.clear();
    address.setShort(SockaddrUn.SUN_FAMILY, (short) Socket.AF_UNIX);
    byte[] name = (inFiles ? path.toString() : abstractName).getBytes(StandardCharsets.UTF_8);
    address.write(SockaddrUn.SUN_PATH + (inFiles ? 0 : 1), name, 0, name.length);
    return SockaddrUn.SUN_PATH + 1 + name.length;
  }

  private static void send(Fd fd, String command, Deadline deadline)
      throws ErrnoException, MultipathdException {
    byte[] text = command.getBytes(StandardCharsets.UTF_8);
    try (Memory message = new Memory(LENGTH_WORD + text.length + 1L)) {
      message.clear();
      message.setLong(0, text.length + 1L);
      message.write(LENGTH_WORD, text, 0, text.length);
      int size = (int) message.size();
      for (int sent = 0; sent < size; ) {
        if (Posix.poll(fd, Posix.POLLOUT, deadline) == 0) {
          throw late(command);
        }
        try {
          sent +=
              Posix.send(
                  fd, message.share(sent), size - sent, Socket.MSG_DONTWAIT | Socket.MSG_NOSIGNAL);
        } catch (ErrnoException e) {
          if (e.errno() != Errno.EAGAIN) {
            throw e;
          }
        }
      }
    }
  }

  private static String receive(Fd fd, String command, Deadline deadline)
      throws ErrnoException, MultipathdException {
    long length;
    try (Memory word = new Memory(LENGTH_WORD)) {
      fill(fd, word, command, deadline);
      length = word.getLong(0);
    }
    if (length <= 0 || length > MAX_REPLY) {
      throw new MultipathdException(
          Kind.BROKEN, "multipathd answered '" + command + "' with a length of " + length, null);
    }
    try (Memory text = new Memory(length)) {
      fill(fd, text, command, deadline);
      byte[] bytes = text.getByteArray(0, (int) length);
      int end = bytes.length;
      while (end > 0 && bytes[end - 1] == 0) {
        end--;
      }
      return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }
  }

  private static void fill(Fd fd, Memory into, String command, Deadline deadline)
      throws ErrnoException, MultipathdException {
    long got = 0;
    while (got < into.size()) {
      if (Posix.poll(fd, Posix.POLLIN, deadline) == 0) {
        throw late(command);
      }
      int n;
      try (Memory part = new Memory(into.size() - got)) {
        n = Posix.recv(fd, part, Socket.MSG_DONTWAIT);
        into.write(got, part.getByteArray(0, n), 0, n);
      } catch (ErrnoException e) {
        if (e.errno() == Errno.EAGAIN) {
          continue;
        }
        throw e;
      }
      if (n == 0) {
        throw new MultipathdException(
            Kind.BROKEN, "multipathd hung up before it had answered '" + command + "'", null);
      }
      got += n;
    }
  }

  private static MultipathdException late(String command) {
    return new MultipathdException(
        Kind.TIMEOUT, "multipathd did not answer '" + command + "' in time", null);
  }
}
