package dev.braid.base;

import dev.braid.base.error.InvalidInput;
import java.util.regex.Pattern;

/**
 * The SCSI identity of a Braid LUN as udev and multipath write it: {@code 3} (an NAA name), {@code
 * 6001405} (NAA 6 and LIO's company id), then the serial's 25 digits.
 */
public record Wwid(String text) {

  private static final String PREFIX = "36001405";
  private static final Pattern FORM = Pattern.compile(PREFIX + "[0-9a-f]{25}");

  public Wwid {
    if (!FORM.matcher(text).matches()) {
      throw new InvalidInput("WWID", text, "want " + PREFIX + " and 25 lower-case hex digits");
    }
  }

  public static Wwid of(Serial serial) {
    return new Wwid(PREFIX + serial.digits());
  }

  /** Whether a WWID read from the kernel could be a LIO LUN's at all; others are not ours. */
  public static boolean looksLikeOne(String text) {
    return FORM.matcher(text).matches();
  }

  public Serial serial() {
    return new Serial(text.substring(PREFIX.length()));
  }

  /** The 32 hex digits of the NAA designator in INQUIRY page 0x83, without udev's leading 3. */
  public String naa() {
    return text.substring(1);
  }

  @Override
  public String toString() {
    return text;
  }
}
