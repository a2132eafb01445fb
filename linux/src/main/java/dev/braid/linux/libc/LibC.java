package dev.braid.linux.libc;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * The C library's entry points, each bound to a method of its own: called through a proxy, a system
 * call would cost many times its own time. What C calls long and size_t is long here, as on every
 * machine that this runs on. -1 says that it failed, and {@link Native#getLastError} how.
 *
 * <p>ioctl and fcntl are variadic in C; on Linux x86-64 and arm64 one argument of pointer size is
 * passed alike either way.
 */
final class LibC {

  static {
    Native.register(LibC.class, "c");
  }

  private LibC() {}

  static native int open(String path, int flags, int mode);

  static native int close(int fd);

  static native int ioctl(int fd, long request, @Nullable Pointer argument);

  static native int fcntl(int fd, int command, Pointer argument);

  static native int fsync(int fd);

  static native long read(int fd, Pointer buffer, long count);

  static native long write(int fd, Pointer buffer, long count);

  static native long pread(int fd, Pointer buffer, long count, long offset);

  static native long pwrite(int fd, Pointer buffer, long count, long offset);

  static native int mount(
      @Nullable String source,
      String target,
      @Nullable String type,
      long flags,
      @Nullable String data);

  static native int umount2(String target, int flags);

  static native int socket(int domain, int type, int protocol);

  static native int bind(int fd, Pointer address, int length);

  static native int connect(int fd, Pointer address, int length);

  static native int setsockopt(int fd, int level, int option, Pointer value, int length);

  static native long recv(int fd, Pointer buffer, long length, int flags);

  static native long send(int fd, Pointer buffer, long length, int flags);

  static native int poll(Pointer fds, long count, int timeoutMillis);

  static native int mkdir(String path, int mode);

  static native int rmdir(String path);

  static native int symlink(String target, String path);

  static native int unlink(String path);

  static native int statvfs(String path, Pointer answer);

  static native int statx(int folder, String path, int flags, int mask, Pointer answer);

  static native int kill(int pid, int signal);

  static native int getpid();

  static native int getpriority(int which, int who);

  static native int setpriority(int which, int who, int nice);

  /** What takes arguments of several kinds, which no method can be bound to. */
  interface Variadic extends Library {

    Variadic INSTANCE = Native.load("c", Variadic.class);

    /** For what has no function here. Numbers go as longs, as the kernel takes them. */
    NativeLong syscall(NativeLong number, Object... arguments);
  }
}
