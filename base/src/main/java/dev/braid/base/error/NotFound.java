package dev.braid.base.error;

import org.jspecify.annotations.Nullable;

/** What the call is about does not exist. */
public final class NotFound extends BraidException {

  private static final long serialVersionUID = 1L;

  public NotFound(String message) {
    this(message, null);
  }

  public NotFound(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
