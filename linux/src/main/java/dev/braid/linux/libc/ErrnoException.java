package dev.braid.linux.libc;

import java.io.IOException;

/**
 * A system call that failed, with the number it failed with. Many failures are answers ("no such
 * map"), so it has no trace of its own: whoever makes a real failure of it has.
 */
public final class ErrnoException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int errno;

  /**
   * @param of what the call was about; its text is a part of the message
   */
  public ErrnoException(String call, Object of, int errno) {
    super(call + " " + of + ": " + Errno.name(errno));
    this.errno = errno;
  }

  /** One of {@link Errno}'s numbers, or another. */
  public int errno() {
    return errno;
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
