package dev.braid.linux.libc;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import dev.braid.base.Deadline;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** System calls with Java's manners: descriptors are closed by type, errors are exceptions. */
@FromC(headers = {"fcntl.h", "poll.h", "signal.h", "sys/resource.h"})
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

  private static final int PRIO_PROCESS = 0;
  private static final int SIGKILL = 9;

  private Posix() {}

  /** Opens with O_CLOEXEC always, so that no child inherits a device or a lock. */
  public static Fd open(Path path, int flags, int mode) throws ErrnoException {
    String what = path.toString();
    int fd = retry("open", what, () -> LibC.open(what, flags | O_CLOEXEC, mode));
    return new Fd(fd, what);
  }

  public static Fd open(Path path, int flags) throws ErrnoException {
    return open(path, flags, 0);
  }

  /** A socket, with SOCK_CLOEXEC. */
  public static Fd socket(int domain, int type, int protocol) throws ErrnoException {
    int fd =
        retry(
            "socket", "of domain " + domain, () -> LibC.socket(domain, type | O_CLOEXEC, protocol));
    return new Fd(fd, "socket");
  }

  public static void bind(Fd fd, Memory address) throws ErrnoException {
    retry("bind", fd, () -> LibC.bind(fd.number(), address, (int) address.size()));
  }

  /** Connects. On EINTR it does not try again: the caller sees it and begins with a new socket. */
  public static void connect(Fd fd, Memory address, int length) throws ErrnoException {
    once("connect", fd, () -> LibC.connect(fd.number(), address, length));
  }

  public static void setsockopt(Fd fd, int level, int option, Memory value) throws ErrnoException {
    retry(
        "setsockopt",
        fd,
        () -> LibC.setsockopt(fd.number(), level, option, value, (int) value.size()));
  }

  public static int recv(Fd fd, Memory buffer, int flags) throws ErrnoException {
    return retry("recv", fd, () -> (int) LibC.recv(fd.number(), buffer, buffer.size(), flags));
  }

  public static int send(Fd fd, Pointer buffer, int length, int flags) throws ErrnoException {
    return retry("send", fd, () -> (int) LibC.send(fd.number(), buffer, length, flags));
  }

  public static int pread(Fd fd, Memory buffer, long offset) throws ErrnoException {
    return retry("pread", fd, () -> (int) LibC.pread(fd.number(), buffer, buffer.size(), offset));
  }

  public static int pwrite(Fd fd, Memory buffer, long offset) throws ErrnoException {
    return retry("pwrite", fd, () -> (int) LibC.pwrite(fd.number(), buffer, buffer.size(), offset));
  }

  /** Reads what there is, at most the buffer's size. 0 is the end. */
  public static int read(Fd fd, Memory buffer) throws ErrnoException {
    return retry("read", fd, () -> (int) LibC.read(fd.number(), buffer, buffer.size()));
  }

  public static int write(Fd fd, Memory buffer) throws ErrnoException {
    return retry("write", fd, () -> (int) LibC.write(fd.number(), buffer, buffer.size()));
  }

  /**
   * An ioctl whose request number has the top bit clear or set alike: numbers are given as the C
   * macros give them, unsigned.
   */
  public static int ioctl(Fd fd, String name, long request, @Nullable Pointer argument)
      throws ErrnoException {
    Pointer p = argument == null ? Pointer.NULL : argument;
    return retry(name, fd, () -> LibC.ioctl(fd.number(), request, p));
  }

  /** An ioctl whose argument is a number and not an address. */
  public static int ioctl(Fd fd, String name, long request, long argument) throws ErrnoException {
    Pointer p = new Pointer(argument);
    return retry(name, fd, () -> LibC.ioctl(fd.number(), request, p));
  }

  public static int fcntl(Fd fd, String name, int command, Memory argument) throws ErrnoException {
    return retry(name, fd, () -> LibC.fcntl(fd.number(), command, argument));
  }

  public static void fsync(Fd fd) throws ErrnoException {
    retry("fsync", fd, () -> LibC.fsync(fd.number()));
  }

  public static void mount(
      @Nullable String source,
      Path target,
      @Nullable String type,
      long flags,
      @Nullable String data)
      throws ErrnoException {
    retry("mount", target, () -> LibC.mount(source, target.toString(), type, flags, data));
  }

  /**
   * Shows a folder or file at a second place, read-only from the first moment on: the copy is made
   * unseen, then changed, then put in its place. Needs Linux 5.12.
   */
  public static void bindReadOnly(Path source, Path target) throws ErrnoException {
    var here = new NativeLong(Abi.Syscalls.AT_FDCWD);
    int copy =
        retry(
            "open_tree",
            source,
            () ->
                LibC.Variadic.INSTANCE
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
          "mount_setattr",
          source,
          () ->
              LibC.Variadic.INSTANCE
                  .syscall(
                      new NativeLong(Abi.Syscalls.SYS_mount_setattr),
                      new NativeLong(fd.number()),
                      "",
                      new NativeLong(Abi.Syscalls.AT_EMPTY_PATH),
                      attributes,
                      new NativeLong(Abi.MountAttr.SIZE))
                  .intValue());
      retry(
          "move_mount",
          target,
          () ->
              LibC.Variadic.INSTANCE
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
    retry("umount", target, () -> LibC.umount2(target.toString(), flags));
  }

  public static void mkdir(Path path, int mode) throws ErrnoException {
    retry("mkdir", path, () -> LibC.mkdir(path.toString(), mode));
  }

  public static void rmdir(Path path) throws ErrnoException {
    retry("rmdir", path, () -> LibC.rmdir(path.toString()));
  }

  public static void symlink(Path target, Path path) throws ErrnoException {
    retry("symlink", path, () -> LibC.symlink(target.toString(), path.toString()));
  }

  public static void unlink(Path path) throws ErrnoException {
    retry("unlink", path, () -> LibC.unlink(path.toString()));
  }

  /** How many names lead to an open file: none if it was removed meanwhile. */
  public static int links(Fd fd) throws ErrnoException {
    try (Memory answer = new Memory(Abi.Statx.SIZE)) {
      answer.clear();
      retry(
          "statx",
          fd,
          () -> LibC.statx(fd.number(), "", Abi.File.AT_EMPTY_PATH, Abi.File.STATX_NLINK, answer));
      return answer.getInt(Abi.Statx.STX_NLINK);
    }
  }

  /** How much of the disk a file takes: less than its size where it has holes. */
  public static long allocatedBytes(Path path) throws ErrnoException {
    try (Memory answer = new Memory(Abi.Statx.SIZE)) {
      answer.clear();
      retry(
          "statx",
          path,
          () -> LibC.statx(Abi.File.AT_FDCWD, path.toString(), 0, Abi.File.STATX_BLOCKS, answer));
      return answer.getLong(Abi.Statx.STX_BLOCKS) * 512;
    }
  }

  /** What a file system counts; the answer is of {@link Abi.Statvfs}, and the caller's to close. */
  public static Memory statvfs(Path path) throws ErrnoException {
    Memory answer = new Memory(Abi.Statvfs.SIZE);
    boolean done = false;
    try {
      answer.clear();
      retry("statvfs", path, () -> LibC.statvfs(path.toString(), answer));
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
        int ready = LibC.poll(pollfd, 1, deadline.leftMillis());
        if (ready > 0) {
          return pollfd.getShort(Abi.PollFd.REVENTS);
        }
        int errno = ready < 0 ? Native.getLastError() : 0;
        if (errno != 0 && errno != Errno.EINTR) {
          throw new ErrnoException("poll", fd, errno);
        }
        if (errno == 0 && deadline.passed()) {
          return 0;
        }
      }
    }
  }

  /**
   * How much this thread gives way to others, from -20 to 19; what it starts inherits it. POSIX has
   * it for a process, Linux for each thread.
   */
  public static int nice() {
    return LibC.getpriority(PRIO_PROCESS, 0); // cannot fail, and -1 is an answer
  }

  /** The same, changed. Less than it was, only one with CAP_SYS_NICE may ask for. */
  public static void nice(int nice) throws ErrnoException {
    once("setpriority", nice, () -> LibC.setpriority(PRIO_PROCESS, 0, nice));
  }

  /** SIGKILL to this very process. Only tests of rule 15 want it; it does not return. */
  public static void killSelf() {
    LibC.kill(LibC.getpid(), SIGKILL);
  }

  /** Gives -1 if it failed. */
  @FunctionalInterface
  private interface Call {
    int run();
  }

  /**
   * @param of what it is about, for the message of a failure
   */
  private static int retry(String name, Object of, Call call) throws ErrnoException {
    while (true) {
      int result = call.run();
      if (result != -1) {
        return result;
      }
      int errno = Native.getLastError();
      if (errno != Errno.EINTR) {
        throw new ErrnoException(name, of, errno);
      }
    }
  }

  private static void once(String name, Object of, Call call) throws ErrnoException {
    if (call.run() == -1) {
      throw new ErrnoException(name, of, Native.getLastError());
    }
  }
}
