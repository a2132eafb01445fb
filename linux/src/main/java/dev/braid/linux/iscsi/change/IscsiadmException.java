package dev.braid.linux.iscsi.change;

/** iscsiadm said no. */
public final class IscsiadmException extends Exception {

  private static final long serialVersionUID = 1L;

  private final IscsiadmError error;

  IscsiadmException(IscsiadmError error, String message) {
    super(message);
    this.error = error;
  }

  /** The message, which every failure of ours has. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }

  public IscsiadmError error() {
    return error;
  }

  /** For the person who must act: what it means, and what to look at. */
  public String advice() {
    return switch (error) {
      case TRANSPORT_TIMEOUT, PDU_TIMEOUT ->
          "the portal did not answer in time: is the network up and the target service running?";
      case LOGIN_REFUSED ->
          "the target refused the login: is this initiator's name known to it and the target "
              + "enabled?";
      case LOGIN_AUTH ->
          "the target refused this initiator: no ACL for its name, or a wrong CHAP secret";
      case NO_DAEMON -> "iscsid does not answer: is it running?";
      case NO_OBJECTS -> "no such node record or session";
      case DAEMON_LOST -> "iscsid went away before it answered: why was it ended?";
      case INTERNAL,
          LOGOUT,
          SESSION_NOT_FOUND,
          SESSION_EXISTS,
          BUSY,
          NOT_CONNECTED,
          CUT_OFF,
          OTHER ->
          getMessage();
    };
  }
}
