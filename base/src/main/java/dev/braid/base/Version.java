package dev.braid.base;

import java.util.Objects;

/** Which version of Braid runs. */
public final class Version {

  /** What stands in the manifest of the jar that holds {@code base}; all modules share it. */
  public static final String TEXT =
      Objects.requireNonNullElse(
          Version.class.getPackage().getImplementationVersion(), "0-unpackaged");

  private Version() {}
}
