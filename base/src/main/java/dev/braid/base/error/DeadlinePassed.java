package dev.braid.base.error;

import org.jspecify.annotations.Nullable;

/** The time given to the call ran out; the message says while doing what. What was done stands. */
public final class DeadlinePassed extends BraidException {

  private static final long serialVersionUID = 1L;

  public DeadlinePassed(String message) {
    this(message, null);
  }

  public DeadlinePassed(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
