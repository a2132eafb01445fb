package dev.braid.e2e.lab;

/** The lab, or a command in it, did not do what it should; the message has all there is to know. */
public final class LabException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public LabException(String message) {
    super(message);
  }

  public LabException(String message, Throwable cause) {
    super(message, cause);
  }
}
