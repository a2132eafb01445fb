package dev.braid.base;

import dev.braid.base.error.InvalidInput;
import java.util.regex.Pattern;

/**
 * The name of a Kubernetes node, which is also its CSI node id: a DNS name of at most 253 bytes.
 */
public record NodeName(String name) {

  private static final int MAX_BYTES = 253;
  private static final Pattern FORM =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

  public NodeName {
    if (name.length() > MAX_BYTES || !FORM.matcher(name).matches()) {
      throw new InvalidInput("node name", name, "want a lower-case DNS name of at most 253 bytes");
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
