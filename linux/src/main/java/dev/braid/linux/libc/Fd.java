package dev.braid.linux.libc;

/** An open file descriptor, closed once. Not for several threads at a time. */
public final class Fd implements AutoCloseable {

  private int number;
  private final String what;

  Fd(int number, String what) {
    this.number = number;
    this.what = what;
  }

  /**
   * @throws IllegalStateException if it was closed: its number may be another file's by now
   */
  public int number() {
    if (number < 0) {
      throw new IllegalStateException(what + " is closed");
    }
    return number;
  }

  /** Linux frees the number even where close() reports an error, so it is never tried twice. */
  @Override
  public void close() {
    if (number >= 0) {
      int closing = number;
      number = -1;
      LibC.close(closing);
    }
  }

  @Override
  public String toString() {
    return what;
  }
}
