package dev.braid.base.error;

/** A value that cannot be what it is said to be. The caller must send another. */
public final class InvalidInput extends BraidException {

  private static final long serialVersionUID = 1L;
  private static final int SHOWN = 160;

  public InvalidInput(String message) {
    super(message, null);
  }

  /**
   * @param what the field or kind of value
   * @param value what was given; shortened and made printable, since it came from outside
   * @param want what would have been right
   */
  public InvalidInput(String what, String value, String want) {
    super(what + " '" + printable(value) + "' is not valid: " + want, null);
  }

  private static String printable(String value) {
    String shown = value.length() > SHOWN ? value.substring(0, SHOWN) + "..." : value;
    return shown.replaceAll("\\p{Cntrl}", "?");
  }
}
