package dev.braid.linux.iscsi.change;

import java.util.Map;

/** iscsiadm's exit codes that mean something to a caller. */
public enum IscsiadmError {
  SESSION_NOT_FOUND(2),
  TRANSPORT_TIMEOUT(8),
  INTERNAL(9),
  LOGOUT(10),
  PDU_TIMEOUT(11),
  SESSION_EXISTS(15),
  DAEMON_LOST(18),
  NO_DAEMON(20),
  NO_OBJECTS(21),
  LOGIN_REFUSED(19),
  LOGIN_AUTH(24),
  BUSY(28),
  NOT_CONNECTED(32),
  /** It was killed, or was none of iscsiadm's own codes. */
  CUT_OFF(-2),
  OTHER(-1);

  private static final int LARGEST = 100;

  private static final Map<Integer, IscsiadmError> BY_CODE =
      java.util.Arrays.stream(values())
          .collect(java.util.stream.Collectors.toMap(e -> e.code, e -> e));

  private final int code;

  IscsiadmError(int code) {
    this.code = code;
  }

  static IscsiadmError of(int exit) {
    return BY_CODE.getOrDefault(exit, exit > LARGEST ? CUT_OFF : OTHER);
  }

  /** Whether what it asked for is over. Otherwise iscsid may be at it, or come to it later. */
  public boolean over() {
    return switch (this) {
      case SESSION_EXISTS, DAEMON_LOST, CUT_OFF -> false;
      default -> true;
    };
  }

  /** Whether it failed on this host, and says nothing of the other side. */
  public boolean ofThisHost() {
    return switch (this) {
      case INTERNAL, DAEMON_LOST, NO_DAEMON, NO_OBJECTS, BUSY, CUT_OFF -> true;
      default -> false;
    };
  }
}
