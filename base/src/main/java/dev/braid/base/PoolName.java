package dev.braid.base;

import dev.braid.base.error.InvalidInput;
import java.util.regex.Pattern;

/** The name of a pool: what may be a Kubernetes object's name and a folder's, at most 63 bytes. */
public record PoolName(String name) {

  private static final Pattern FORM = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

  public PoolName {
    if (!FORM.matcher(name).matches()) {
      throw new InvalidInput(
          "pool name", name, "want lower-case letters, digits and inner dashes, at most 63 bytes");
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
