package dev.braid.base;

import dev.braid.base.error.InvalidInput;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * The unit serial of a LUN (rule 1): 25 lower-case hex digits, allocated once, never reused.
 *
 * <p>Exactly 25, because LIO makes the WWID from the digits: it skips what is not hex and pads what
 * is short, so any other form would let two serials meet in one WWID.
 */
public record Serial(String digits) {

  private static final int LENGTH = 25;
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{" + LENGTH + "}");

  public Serial {
    if (!FORM.matcher(digits).matches()) {
      throw new InvalidInput("serial", digits, "want 25 lower-case hex digits");
    }
  }

  /**
   * A new one. The caller's source must be cryptographically strong: serials are never compared.
   */
  public static Serial random(RandomGenerator source) {
    var digits = new StringBuilder(LENGTH);
    for (int i = 0; i < LENGTH; i++) {
      digits.append(Character.forDigit(source.nextInt(16), 16));
    }
    return new Serial(digits.toString());
  }

  /** As the kernel shows it in a unit serial page: case and surrounding blanks do not matter. */
  public static Serial ofKernel(String text) {
    return new Serial(text.strip().toLowerCase(Locale.ROOT));
  }

  public Wwid wwid() {
    return Wwid.of(this);
  }

  @Override
  public String toString() {
    return digits;
  }
}
