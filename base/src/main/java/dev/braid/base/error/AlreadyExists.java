package dev.braid.base.error;

import org.jspecify.annotations.Nullable;

/** The name is taken by something that differs from what was asked for. */
public final class AlreadyExists extends BraidException {

  private static final long serialVersionUID = 1L;

  public AlreadyExists(String message) {
    this(message, null);
  }

  public AlreadyExists(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
