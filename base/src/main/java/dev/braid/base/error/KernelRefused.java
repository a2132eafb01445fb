package dev.braid.base.error;

import org.jspecify.annotations.Nullable;

/** A system call or a host program failed for a reason that no other type names. */
public final class KernelRefused extends BraidException {

  private static final long serialVersionUID = 1L;

  public KernelRefused(String message) {
    this(message, null);
  }

  public KernelRefused(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
