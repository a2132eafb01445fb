package dev.braid.linux.multipath;

import org.jspecify.annotations.Nullable;

/** multipathd did not do what it was asked for. */
public final class MultipathdException extends Exception {

  private static final long serialVersionUID = 1L;

  /** What went wrong. */
  public enum Kind {
    /** No socket: it does not run, or this is another network namespace. */
    NOT_RUNNING,
    /** It took longer than the deadline. */
    TIMEOUT,
    /** It said itself that it is too busy: it works, and has much to do. */
    BUSY,
    /** It answered {@code fail}. */
    REFUSED,
    /** Its settings exclude the device. */
    BLACKLISTED,
    /** The connection broke, or what came is not its protocol. */
    BROKEN
  }

  private final Kind kind;

  MultipathdException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** The message, which every failure of ours has. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }

  public Kind kind() {
    return kind;
  }
}
