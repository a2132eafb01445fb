package dev.braid.base.error;

import org.jspecify.annotations.Nullable;

/** The peer's certificate, or ours, was not accepted. */
public final class NotTrusted extends BraidException {

  private static final long serialVersionUID = 1L;

  public NotTrusted(String message) {
    this(message, null);
  }

  public NotTrusted(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
