package dev.braid.linux.multipath;

import dev.braid.base.Deadline;

/**
 * Whether multipathd has events before it that it has not acted on. A command overtakes them: told
 * of a path, it takes an earlier event, that a device of the same name went, for that one's end.
 */
public final class MultipathdBacklog {

  private final MultipathdSocket socket;

  public MultipathdBacklog(MultipathdSocket socket) {
    this.socket = socket;
  }

  /**
   * @throws MultipathdException if it does not say
   */
  public boolean any(Deadline deadline) throws MultipathdException {
    return any(socket.ask("show status", deadline));
  }

  /** Of its answer, which counts the paths by state and ends with {@code busy: False}. */
  static boolean any(String status) {
    return status.lines().map(String::strip).anyMatch("busy: True"::equals);
  }
}
