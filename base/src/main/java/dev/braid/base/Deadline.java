package dev.braid.base;

import dev.braid.base.error.DeadlinePassed;
import java.time.Duration;

/**
 * The moment at which a call gives up. Made once, at the edge, and handed down: a step never gets
 * more time than the call it belongs to has left.
 *
 * <p>It ends waits. It never ends a hold: a lock that is held is not taken away by it.
 */
public final class Deadline {

  private final Ticker ticker;
  private final long endNanos;

  private Deadline(Ticker ticker, long endNanos) {
    this.ticker = ticker;
    this.endNanos = endNanos;
  }

  public static Deadline after(Duration duration) {
    return after(duration, Ticker.SYSTEM);
  }

  public static Deadline after(Duration duration, Ticker ticker) {
    return new Deadline(ticker, ticker.nanos() + duration.toNanos());
  }

  /** The time left, never negative. */
  public Duration left() {
    return Duration.ofNanos(Math.max(0, endNanos - ticker.nanos()));
  }

  /** The time left for a system call that counts in milliseconds: rounded up, so 0 means passed. */
  public int leftMillis() {
    long millis = (left().toNanos() + 999_999) / 1_000_000;
    return (int) Math.min(Integer.MAX_VALUE, millis);
  }

  public boolean passed() {
    return endNanos - ticker.nanos() <= 0;
  }

  /** The earlier of this deadline and the given time from now. */
  public Deadline atMost(Duration duration) {
    long other = ticker.nanos() + duration.toNanos();
    return other - endNanos < 0 ? new Deadline(ticker, other) : this;
  }

  /**
   * @param doing what the caller was about to do or wait for, for the person who reads the error
   * @throws DeadlinePassed if no time is left
   */
  public void check(String doing) {
    if (passed()) {
      throw new DeadlinePassed(doing);
    }
  }

  @Override
  public String toString() {
    return left().toMillis() + " ms left";
  }
}
