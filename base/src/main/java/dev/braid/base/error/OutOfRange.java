package dev.braid.base.error;

import org.jspecify.annotations.Nullable;

/** A size or number that is well-formed but cannot be had here. */
public final class OutOfRange extends BraidException {

  private static final long serialVersionUID = 1L;

  public OutOfRange(String message) {
    this(message, null);
  }

  public OutOfRange(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
