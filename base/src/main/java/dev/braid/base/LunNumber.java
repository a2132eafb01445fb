package dev.braid.base;

import dev.braid.base.error.InvalidInput;

/**
 * A LUN number of a target, the same on every portal and for every initiator.
 *
 * <p>From 1 to 16383: LUN 0 answers for the target itself where nothing is mapped, and above 16383
 * the bits that name the addressing method begin.
 */
public record LunNumber(int value) implements Comparable<LunNumber> {

  public static final int MIN = 1;
  public static final int MAX = 16383;

  public LunNumber {
    if (value < MIN || value > MAX) {
      throw new InvalidInput("LUN number", Integer.toString(value), "want " + MIN + " to " + MAX);
    }
  }

  public static LunNumber parse(String text) {
    try {
      return new LunNumber(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      throw new InvalidInput("LUN number", text, "want a number");
    }
  }

  /** The next one in the rotation (rule 8), beginning again after the last. */
  public LunNumber next() {
    return new LunNumber(value == MAX ? MIN : value + 1);
  }

  @Override
  public int compareTo(LunNumber other) {
    return Integer.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Integer.toString(value);
  }
}
