package dev.braid.linux.libc;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import dev.braid.base.Deadline;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** System calls with Java's manners: descriptors are closed by type, errors are exceptions. */
@FromC(headers = {"fcntl.h", "poll.h", "signal.h"})
public final class Posix {

  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_CREAT = 0x40;
  public static final int O_EXCL = 0x80;
  public static final int O_TRUNC = 0x200;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_CLOEXEC = 0x80000;

  /** Past the page cache. Buffer, offset and length must be multiples of the block size. */
  public static final int O_DIRECT =
      System.getProperty("os.arch").equals("aarch64") ? 0x10000 : 0x4000;

  public static final short POLLIN = 1;
  public static final short POLLOUT = 4;

  private static final int SIGKILL = 9;

  private Posix() {}

  /** Opens with O_CLOEXEC always, so that no child inherits a device or a lock. */
  public static Fd open(Path path, int flags, int mode) throws ErrnoException {
    String what = path.toString();
    int fd = retry("open " + what, () -> LibC.INSTANCE.open(what, flags | O_CLOEXEC, mode));
    return new Fd(fd, what);
  }

  public static Fd open(Path path, int flags) throws ErrnoException {
    return open(path, flags, 0);
  }

  /** A socket, with SOCK_CLOEXEC. */
  public static Fd socket(int domain, int type, int protocol) throws ErrnoException {
    int fd = retry("socket", () -> LibC.INSTANCE.socket(domain, type | O_CLOEXEC, protocol));
    return new Fd(fd, "socket");
  }

  public static void bind(Fd fd, Memory address) throws ErrnoException {
    retry("bind", () -> LibC.INSTANCE.bind(fd.number(), address, (int) address.size()));
  }

  /** Connects. On EINTR it does not try again: the caller sees it and begins with a new socket. */
  public static void connect(Fd fd, Memory address, int length) throws ErrnoException {
    once("connect", () -> LibC.INSTANCE.connect(fd.number(), address, length));
  }

  public static void setsockopt(Fd fd, int level, int option, Memory value) throws ErrnoException {
    retry(
        "setsockopt",
        () -> LibC.INSTANCE.setsockopt(fd.number(), level, option, value, (int) value.size()));
  }

  public static int recv(Fd fd, Memory buffer, int flags) throws ErrnoException {
    return retry(
        "recv",
        () ->
            LibC.INSTANCE
                .recv(fd.number(), buffer, new NativeLong(buffer.size()), flags)
                .intValue());
  }

  public static int send(Fd fd, Pointer buffer, int length, int flags) throws ErrnoException {
    return retry(
        "send",
        () -> LibC.INSTANCE.send(fd.number(), buffer, new NativeLong(length), flags).intValue());
  }

  public static int pread(Fd fd, Memory buffer, long offset) throws ErrnoException {
    return retry(
        "pread " + fd,
        () ->
            LibC.INSTANCE
                .pread(fd.number(), buffer, new NativeLong(buffer.size()), new NativeLong(offset))
                .intValue());
  }

  public static int pwrite(Fd fd, Memory buffer, long offset) throws ErrnoException {
    return retry(
        "pwrite " + fd,
        () ->
            LibC.INSTANCE
                .pwrite(fd.number(), buffer, new NativeLong(buffer.size()), new NativeLong(offset))
                .intValue());
  }

  /** Reads what there is, at most the buffer's size. 0 is the end. */
  public static int read(Fd fd, Memory buffer) throws ErrnoException {
    return retry(
        "read " + fd,
        () -> LibC.INSTANCE.read(fd.number(), buffer, new NativeLong(buffer.size())).intValue());
  }

  public static int write(Fd fd, Memory buffer) throws ErrnoException {
    return retry(
        "write " + fd,
        () -> LibC.INSTANCE.write(fd.number(), buffer, new NativeLong(buffer.size())).intValue());
  }

  /**
   * An ioctl whose request number has the top bit clear or set alike: numbers are given as the C
   * macros give them, unsigned.
   */
  public static int ioctl(Fd fd, String name, long request, @Nullable Pointer argument)
      throws ErrnoException {
    Pointer p = argument == null ? Pointer.NULL : argument;
    return retry(
        name + " on " + fd, () -> LibC.INSTANCE.ioctl(fd.number(), new NativeLong(request), p));
  }

  /** An ioctl whose argument is a number and not an address. */
  public static int ioctl(Fd fd, String name, long request, long argument) throws ErrnoException {
    Pointer p = new Pointer(argument);
    return retry(
        name + " on " + fd, () -> LibC.INSTANCE.ioctl(fd.number(), new NativeLong(request), p));
  }

  public static int fcntl(Fd fd, String name, int command, Memory argument) throws ErrnoException {
    return retry(name + " on " + fd, () -> LibC.INSTANCE.fcntl(fd.number(), command, argument));
  }

  public static void fsync(Fd fd) throws ErrnoException {
    retry("fsync " + fd, () -> LibC.INSTANCE.fsync(fd.number()));
  }

  public static void mount(
      @Nullable String source,
      Path target,
      @Nullable String type,
      long flags,
      @Nullable String data)
      throws ErrnoException {
    retry(
        "mount " + source + " on " + target,
        () -> LibC.INSTANCE.mount(source, target.toString(), type, new NativeLong(flags), data));
  }

  /**
   * Shows a folder or file at a second place, read-only from the first moment on: the copy is made
   * unseen, then changed, then put in its place. Needs Linux 5.12.
   */
  public static void bindReadOnly(Path source, Path target) throws ErrnoException {
    var here = new NativeLong(Abi.Syscalls.AT_FDCWD);
    int copy =
        retry(
            "open_tree " + source,
            () ->
                LibC.INSTANCE
                    .syscall(
                        new NativeLong(Abi.Syscalls.SYS_open_tree),
                        here,
                        source.toString(),
                        new NativeLong(Abi.Mount.OPEN_TREE_CLONE | Abi.Mount.OPEN_TREE_CLOEXEC))
                    .intValue());
    try (Fd fd = new Fd(copy, source.toString());
        var attributes = new Memory(Abi.MountAttr.SIZE)) {
      attributes.clear();
      attributes.setLong(Abi.MountAttr.ATTR_SET, Abi.Mount.MOUNT_ATTR_RDONLY);
      retry(
          "mount_setattr " + source,
          () ->
              LibC.INSTANCE
                  .syscall(
                      new NativeLong(Abi.Syscalls.SYS_mount_setattr),
                      new NativeLong(fd.number()),
                      "",
                      new NativeLong(Abi.Syscalls.AT_EMPTY_PATH),
                      attributes,
                      new NativeLong(Abi.MountAttr.SIZE))
                  .intValue());
      retry(
          "move_mount to " + target,
          () ->
              LibC.INSTANCE
                  .syscall(
                      new NativeLong(Abi.Syscalls.SYS_move_mount),
                      new NativeLong(fd.number()),
                      "",
                      here,
                      target.toString(),
                      new NativeLong(Abi.Mount.MOVE_MOUNT_F_EMPTY_PATH))
                  .intValue());
    }
  }

  public static void umount(Path target, int flags) throws ErrnoException {
    retry("umount " + target, () -> LibC.INSTANCE.umount2(target.toString(), flags));
  }

  public static void mkdir(Path path, int mode) throws ErrnoException {
    retry("mkdir " + path, () -> LibC.INSTANCE.mkdir(path.toString(), mode));
  }

  public static void rmdir(Path path) throws ErrnoException {
    retry("rmdir " + path, () -> LibC.INSTANCE.rmdir(path.toString()));
  }

  public static void symlink(Path target, Path path) throws ErrnoException {
    retry(
        "symlink " + path + " to " + target,
        () -> LibC.INSTANCE.symlink(target.toString(), path.toString()));
  }

  public static void unlink(Path path) throws ErrnoException {
    retry("unlink " + path, () -> LibC.INSTANCE.unlink(path.toString()));
  }

  /** How many names lead to an open file: none if it was removed meanwhile. */
  public static int links(Fd fd) throws ErrnoException {
    try (Memory answer = new Memory(Abi.Statx.SIZE)) {
      answer.clear();
      retry(
          "statx " + fd,
          () ->
              LibC.INSTANCE.statx(
                  fd.number(), "", Abi.File.AT_EMPTY_PATH, Abi.File.STATX_NLINK, answer));
      return answer.getInt(Abi.Statx.STX_NLINK);
    }
  }

  /** How much of the disk a file takes: less than its size where it has holes. */
  public static long allocatedBytes(Path path) throws ErrnoException {
    try (Memory answer = new Memory(Abi.Statx.SIZE)) {
      answer.clear();
      retry(
          "statx " + path,
          () ->
              LibC.INSTANCE.statx(
                  Abi.File.AT_FDCWD, path.toString(), 0, Abi.File.STATX_BLOCKS, answer));
      return answer.getLong(Abi.Statx.STX_BLOCKS) * 512;
    }
  }

  /** What a file system counts; the answer is of {@link Abi.Statvfs}, and the caller's to close. */
  public static Memory statvfs(Path path) throws ErrnoException {
    Memory answer = new Memory(Abi.Statvfs.SIZE);
    boolean done = false;
    try {
      answer.clear();
      retry("statvfs " + path, () -> LibC.INSTANCE.statvfs(path.toString(), answer));
      done = true;
      return answer;
    } finally {
      if (!done) {
        answer.close();
      }
    }
  }

  /**
   * Waits for a descriptor, at most until the deadline, over any interruptions.
   *
   * @return the events that came (also POLLERR and POLLHUP), 0 if the deadline passed
   */
  public static int poll(Fd fd, short events, Deadline deadline) throws ErrnoException {
    try (Memory pollfd = new Memory(Abi.PollFd.SIZE)) {
      while (true) {
        pollfd.setInt(Abi.PollFd.FD, fd.number());
        pollfd.setShort(Abi.PollFd.EVENTS, events);
        pollfd.setShort(Abi.PollFd.REVENTS, (short) 0);
        try {
          int ready = LibC.INSTANCE.poll(pollfd, new NativeLong(1), deadline.leftMillis());
          if (ready > 0) {
            return pollfd.getShort(Abi.PollFd.REVENTS);
          }
          if (deadline.passed()) {
            return 0;
          }
        } catch (LastErrorException e) {
          if (e.getErrorCode() != Errno.EINTR) {
            throw new ErrnoException("poll " + fd, e.getErrorCode());
          }
        }
      }
    }
  }

  /** SIGKILL to this very process. Only tests of rule 15 want it; it does not return. */
  public static void killSelf() {
    LibC.INSTANCE.kill(LibC.INSTANCE.getpid(), SIGKILL);
  }

  @FunctionalInterface
  private interface Call {
    int run() throws LastErrorException;
  }

  private static int retry(String name, Call call) throws ErrnoException {
    while (true) {
      try {
        return call.run();
      } catch (LastErrorException e) {
        if (e.getErrorCode() != Errno.EINTR) {
          throw new ErrnoException(name, e.getErrorCode());
        }
      }
    }
  }

  private static int once(String name, Call call) throws ErrnoException {
    try {
      return call.run();
    } catch (LastErrorException e) {
      throw new ErrnoException(name, e.getErrorCode());
    }
  }
}
