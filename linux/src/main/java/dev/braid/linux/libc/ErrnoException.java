package dev.braid.linux.libc;

import java.io.IOException;

/** A system call that failed, with the number it failed with. */
public final class ErrnoException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int errno;

  public ErrnoException(String call, int errno) {
    super(call + ": " + Errno.name(errno));
    this.errno = errno;
  }

  /** One of {@link Errno}'s numbers, or another. */
  public int errno() {
    return errno;
  }
}
