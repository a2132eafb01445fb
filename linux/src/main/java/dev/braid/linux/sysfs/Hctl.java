package dev.braid.linux.sysfs;

import dev.braid.base.error.InvalidInput;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The address of a SCSI device on this machine: host, channel, target, LUN. */
public record Hctl(int host, int channel, int target, long lun) {

  private static final Pattern FORM =
      Pattern.compile("(\\d{1,9}):(\\d{1,9}):(\\d{1,9}):(\\d{1,18})");

  public Hctl {
    if (host < 0 || channel < 0 || target < 0 || lun < 0) {
      throw new InvalidInput(
          "SCSI address", host + ":" + channel + ":" + target + ":" + lun, "≥ 0");
    }
  }

  /** Reads {@code H:C:T:L}, the form of sysfs; empty for anything else that lies beside it. */
  public static Optional<Hctl> parse(String text) {
    Matcher m = FORM.matcher(text);
    if (!m.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new Hctl(
            Integer.parseInt(m.group(1)),
            Integer.parseInt(m.group(2)),
            Integer.parseInt(m.group(3)),
            Long.parseLong(m.group(4))));
  }

  @Override
  public String toString() {
    return host + ":" + channel + ":" + target + ":" + lun;
  }
}
