package dev.braid.base.error;

import org.jspecify.annotations.Nullable;

/** No path to a LUN could be made, or none of those there answers. */
public final class NoPath extends BraidException {

  private static final long serialVersionUID = 1L;

  public NoPath(String message) {
    this(message, null);
  }

  public NoPath(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
