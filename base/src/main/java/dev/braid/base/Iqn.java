package dev.braid.base;

import dev.braid.base.error.InvalidInput;
import java.util.regex.Pattern;

/**
 * An iSCSI qualified name, of a target or an initiator.
 *
 * <p>Lower case only: LIO compares names byte by byte while the standard folds case, so a name in
 * mixed case would work on one side and not on the other. The names are also folder names in
 * configfs, so nothing that could leave a folder is let in.
 */
public record Iqn(String name) {

  private static final int MAX_BYTES = 223;
  private static final Pattern FORM =
      Pattern.compile(
          "(iqn\\.[0-9]{4}-[0-9]{2}\\.[a-z0-9.-]+(:[a-z0-9.:_-]+)?)|(eui\\.[0-9a-f]{16})");

  public Iqn {
    if (name.length() > MAX_BYTES || !FORM.matcher(name).matches()) {
      throw new InvalidInput(
          "iSCSI name", name, "want iqn.YYYY-MM.domain:name in lower case, at most 223 bytes");
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
