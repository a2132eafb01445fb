package dev.braid.linux.libc;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * The C library's entry points. ioctl and fcntl are variadic in C; on Linux x86-64 and arm64 one
 * argument of pointer size is passed alike either way.
 */
interface LibC extends Library {

  LibC INSTANCE = Native.load("c", LibC.class);

  int open(String path, int flags, int mode) throws LastErrorException;

  int close(int fd);

  int ioctl(int fd, NativeLong request, Pointer argument) throws LastErrorException;

  int fcntl(int fd, int command, Pointer argument) throws LastErrorException;

  int fsync(int fd) throws LastErrorException;

  NativeLong read(int fd, Pointer buffer, NativeLong count) throws LastErrorException;

  NativeLong write(int fd, Pointer buffer, NativeLong count) throws LastErrorException;

  NativeLong pread(int fd, Pointer buffer, NativeLong count, NativeLong offset)
      throws LastErrorException;

  NativeLong pwrite(int fd, Pointer buffer, NativeLong count, NativeLong offset)
      throws LastErrorException;

  int mount(
      @Nullable String source,
      String target,
      @Nullable String type,
      NativeLong flags,
      @Nullable String data)
      throws LastErrorException;

  int umount2(String target, int flags) throws LastErrorException;

  /** For what has no function here. Numbers go as longs, as the kernel takes them. */
  NativeLong syscall(NativeLong number, Object... arguments) throws LastErrorException;

  int socket(int domain, int type, int protocol) throws LastErrorException;

  int bind(int fd, Pointer address, int length) throws LastErrorException;

  int connect(int fd, Pointer address, int length) throws LastErrorException;

  int setsockopt(int fd, int level, int option, Pointer value, int length)
      throws LastErrorException;

  NativeLong recv(int fd, Pointer buffer, NativeLong length, int flags) throws LastErrorException;

  NativeLong send(int fd, Pointer buffer, NativeLong length, int flags) throws LastErrorException;

  int poll(Pointer fds, NativeLong count, int timeoutMillis) throws LastErrorException;

  int mkdir(String path, int mode) throws LastErrorException;

  int rmdir(String path) throws LastErrorException;

  int symlink(String target, String path) throws LastErrorException;

  int unlink(String path) throws LastErrorException;

  int statvfs(String path, Pointer answer) throws LastErrorException;

  int statx(int folder, String path, int flags, int mask, Pointer answer) throws LastErrorException;

  int kill(int pid, int signal) throws LastErrorException;

  int getpid();
}
