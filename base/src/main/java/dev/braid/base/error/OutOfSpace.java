package dev.braid.base.error;

import org.jspecify.annotations.Nullable;

/** The store, or a table of it, is full. */
public final class OutOfSpace extends BraidException {

  private static final long serialVersionUID = 1L;

  public OutOfSpace(String message) {
    this(message, null);
  }

  public OutOfSpace(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
