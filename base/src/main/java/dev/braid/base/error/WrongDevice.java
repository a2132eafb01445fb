package dev.braid.base.error;

import org.jspecify.annotations.Nullable;

/** A device shows another identity than the one expected. It was left as it was. */
public final class WrongDevice extends BraidException {

  private static final long serialVersionUID = 1L;

  public WrongDevice(String message) {
    this(message, null);
  }

  public WrongDevice(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
