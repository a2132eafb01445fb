package dev.braid.linux.libc;

import java.util.Map;

/** Error numbers of Linux (the same on x86-64 and arm64) that this code tells apart. */
@FromC(headers = "errno.h")
public final class Errno {

  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int ENXIO = 6;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EBUSY = 16;
  public static final int EEXIST = 17;
  public static final int ENODEV = 19;
  public static final int ENOTDIR = 20;
  public static final int EINVAL = 22;
  public static final int ENOTTY = 25;
  public static final int ENOSPC = 28;
  public static final int EROFS = 30;
  public static final int ENOTEMPTY = 39;
  public static final int EPIPE = 32;
  public static final int EMSGSIZE = 90;
  public static final int ENETDOWN = 100;
  public static final int ENETUNREACH = 101;
  public static final int ENOBUFS = 105;
  public static final int ECONNREFUSED = 111;
  public static final int ENOMEDIUM = 123;
  public static final int ETIMEDOUT = 110;
  public static final int EHOSTUNREACH = 113;

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(EPERM, "operation not permitted (EPERM)"),
          Map.entry(ENOENT, "no such file or directory (ENOENT)"),
          Map.entry(EINTR, "interrupted (EINTR)"),
          Map.entry(EIO, "input/output error (EIO)"),
          Map.entry(ENXIO, "no such device or address (ENXIO)"),
          Map.entry(EAGAIN, "temporarily unavailable (EAGAIN)"),
          Map.entry(ENOMEM, "out of memory (ENOMEM)"),
          Map.entry(EACCES, "permission denied (EACCES)"),
          Map.entry(EBUSY, "device or resource busy (EBUSY)"),
          Map.entry(EEXIST, "exists already (EEXIST)"),
          Map.entry(ENODEV, "no such device (ENODEV)"),
          Map.entry(ENOTDIR, "not a directory (ENOTDIR)"),
          Map.entry(EINVAL, "invalid argument (EINVAL)"),
          Map.entry(ENOTTY, "not supported by this device (ENOTTY)"),
          Map.entry(ENOSPC, "no space left (ENOSPC)"),
          Map.entry(ENOTEMPTY, "folder not empty (ENOTEMPTY)"),
          Map.entry(EROFS, "read-only file system (EROFS)"),
          Map.entry(EPIPE, "broken pipe (EPIPE)"),
          Map.entry(EMSGSIZE, "message too long (EMSGSIZE)"),
          Map.entry(ENETDOWN, "network is down (ENETDOWN)"),
          Map.entry(ENETUNREACH, "network is unreachable (ENETUNREACH)"),
          Map.entry(EHOSTUNREACH, "no route to host (EHOSTUNREACH)"),
          Map.entry(ENOBUFS, "no buffer space (ENOBUFS)"),
          Map.entry(ECONNREFUSED, "connection refused (ECONNREFUSED)"),
          Map.entry(ENOMEDIUM, "no medium found (ENOMEDIUM)"),
          Map.entry(ETIMEDOUT, "timed out (ETIMEDOUT)"));

  private Errno() {}

  static String name(int errno) {
    return NAMES.getOrDefault(errno, "error number " + errno);
  }
}
