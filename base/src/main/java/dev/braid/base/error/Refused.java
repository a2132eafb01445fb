package dev.braid.base.error;

import org.jspecify.annotations.Nullable;

/** The state of things forbids it; a person, or another call first, must change that state. */
public final class Refused extends BraidException {

  private static final long serialVersionUID = 1L;

  public Refused(String message) {
    this(message, null);
  }

  public Refused(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
