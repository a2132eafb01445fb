package dev.braid.base.error;

import org.jspecify.annotations.Nullable;

/** Something still holds a device that was to be removed. The message names every holder found. */
public final class DeviceInUse extends BraidException {

  private static final long serialVersionUID = 1L;

  public DeviceInUse(String message) {
    this(message, null);
  }

  public DeviceInUse(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
