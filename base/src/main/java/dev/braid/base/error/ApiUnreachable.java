package dev.braid.base.error;

import org.jspecify.annotations.Nullable;

/** The Kubernetes API server did not answer, or could not be reached at all. */
public final class ApiUnreachable extends BraidException {

  private static final long serialVersionUID = 1L;

  public ApiUnreachable(String message) {
    this(message, null);
  }

  public ApiUnreachable(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
