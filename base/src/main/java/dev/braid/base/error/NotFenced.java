package dev.braid.base.error;

import org.jspecify.annotations.Nullable;

/** It could not be proven that an initiator has stopped writing; so nothing was given away. */
public final class NotFenced extends BraidException {

  private static final long serialVersionUID = 1L;

  public NotFenced(String message) {
    this(message, null);
  }

  public NotFenced(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
