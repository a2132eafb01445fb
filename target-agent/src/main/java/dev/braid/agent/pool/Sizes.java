package dev.braid.agent.pool;

import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.OutOfRange;

/** Which size a volume gets: whole mebibytes, at least as many bytes as asked for. */
public final class Sizes {

  public static final long MIB = 1L << 20;

  /** For who does not say how much he wants. */
  static final long DEFAULT = 1L << 30;

  private Sizes() {}

  /**
   * @param required 0: no wish
   * @param limit 0: no limit
   * @throws OutOfRange if no whole number of mebibytes lies between the two
   */
  public static long choose(long required, long limit) {
    check(required, limit);
    long wanted = required > 0 ? required : limit > 0 ? Math.min(DEFAULT, limit) : DEFAULT;
    if (wanted > Long.MAX_VALUE - MIB) {
      throw new OutOfRange(wanted + " bytes cannot be had");
    }
    long bytes = (wanted + MIB - 1) / MIB * MIB;
    if (required == 0 && limit > 0 && bytes > limit) {
      bytes = limit / MIB * MIB;
    }
    if (bytes == 0 || limit > 0 && bytes > limit) {
      throw new OutOfRange(
          "volumes have whole mebibytes, and there is none between "
              + required
              + " and "
              + limit
              + " bytes");
    }
    return bytes;
  }

  /** Whether a volume that is there is what is asked for now. */
  public static boolean fits(long bytes, long required, long limit) {
    check(required, limit);
    return bytes >= required && (limit == 0 || bytes <= limit);
  }

  private static void check(long required, long limit) {
    if (required < 0 || limit < 0) {
      throw new InvalidInput("a size cannot be negative: " + required + ", limit " + limit);
    }
    if (limit > 0 && required > limit) {
      throw new InvalidInput(
          "the size asked for, " + required + ", is above the limit, " + limit + " bytes");
    }
  }
}
