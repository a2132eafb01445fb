package dev.braid.base.error;

import org.jspecify.annotations.Nullable;

/** Asked for something that Braid does not do. */
public final class Unsupported extends BraidException {

  private static final long serialVersionUID = 1L;

  public Unsupported(String message) {
    this(message, null);
  }

  public Unsupported(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
