package dev.braid.base.error;

import org.jspecify.annotations.Nullable;

/** Another call works on the same object. Trying again later, unchanged, is right. */
public final class Busy extends BraidException {

  private static final long serialVersionUID = 1L;

  public Busy(String message) {
    this(message, null);
  }

  public Busy(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
