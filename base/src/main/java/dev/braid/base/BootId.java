package dev.braid.base;

import dev.braid.base.error.InvalidInput;
import java.util.regex.Pattern;

/** Which boot of a machine is meant: the kernel's {@code /proc/sys/kernel/random/boot_id}. */
public record BootId(String text) {

  private static final Pattern FORM =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  public BootId {
    if (!FORM.matcher(text).matches()) {
      throw new InvalidInput("boot id", text, "want the form of /proc/sys/kernel/random/boot_id");
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
