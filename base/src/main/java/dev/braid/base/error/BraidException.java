package dev.braid.base.error;

import org.jspecify.annotations.Nullable;

/** The root of the failures that Braid foresees. */
public abstract sealed class BraidException extends RuntimeException
    permits AlreadyExists,
        ApiUnreachable,
        Busy,
        DeadlinePassed,
        DeviceInUse,
        HeadUnreachable,
        InvalidInput,
        KernelRefused,
        NoPath,
        NotFenced,
        NotFound,
        NotTrusted,
        OutOfRange,
        OutOfSpace,
        Refused,
        Unsupported,
        WrongDevice {

  private static final long serialVersionUID = 1L;

  BraidException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** The message, which every failure of ours has. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }

  /** The message and, where something else brought it about, what that was. For a log. */
  public String messageAndCause() {
    return getCause() == null ? getMessage() : getMessage() + ": " + getCause();
  }
}
