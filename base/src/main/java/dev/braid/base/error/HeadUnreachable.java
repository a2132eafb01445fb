package dev.braid.base.error;

import org.jspecify.annotations.Nullable;

/** The agent of a head did not answer, or could not be reached at all. */
public final class HeadUnreachable extends BraidException {

  private static final long serialVersionUID = 1L;

  public HeadUnreachable(String message) {
    this(message, null);
  }

  public HeadUnreachable(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
