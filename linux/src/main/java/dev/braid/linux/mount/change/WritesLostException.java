package dev.braid.linux.mount.change;

/** The kernel says that something of a file system did not get to its device. It says so once. */
public final class WritesLostException extends Exception {

  private static final long serialVersionUID = 1L;

  public WritesLostException(String message) {
    super(message);
  }

  /** The message, which every failure of ours has. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
