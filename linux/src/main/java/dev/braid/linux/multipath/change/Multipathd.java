package dev.braid.linux.multipath.change;

import dev.braid.base.Deadline;
import dev.braid.base.Wwid;
import dev.braid.base.step.Step;
import dev.braid.linux.multipath.MultipathdException;
import dev.braid.linux.multipath.MultipathdSocket;

/**
 * Commands that make multipathd do something. Map names are device-mapper's names: in 0.9.4 its
 * commands for a map know no WWID and no {@code dm-N}.
 */
public final class Multipathd {

  private final MultipathdSocket socket;

  public Multipathd(MultipathdSocket socket) {
    this.socket = socket;
  }

  /**
   * Tells it of a path now. Only after udev has finished with the device: told earlier, multipathd
   * asks udev again ten seconds later.
   *
   * @param block the path's name, {@code sdb}
   */
  public void addPath(Step step, String block, Deadline deadline) throws MultipathdException {
    socket.ask("add path " + block, deadline);
  }

  /**
   * Has it forget a path, and take it out of the map that it was in by its knowledge.
   *
   * @throws MultipathdException also where it knows none of that name
   */
  public void removePath(Step step, String block, Deadline deadline) throws MultipathdException {
    socket.ask("del path " + block, deadline);
  }

  /** Makes a map of the paths of this WWID that it knows. */
  public void addMap(Step step, Wwid wwid, Deadline deadline) throws MultipathdException {
    socket.ask("add map " + wwid, deadline);
  }

  /** I/O waits again when all paths are lost, as the settings say. */
  public void restoreQueueing(Step step, String name, Deadline deadline)
      throws MultipathdException {
    socket.ask("restorequeueing map " + name, deadline);
  }

  /** I/O fails at once when all paths are lost. */
  public void disableQueueing(Step step, String name, Deadline deadline)
      throws MultipathdException {
    socket.ask("disablequeueing map " + name, deadline);
  }

  /** Reads the settings anew; maps that do not change by it are left as they are. */
  public void reconfigure(Step step, Deadline deadline) throws MultipathdException {
    socket.ask("reconfigure", deadline);
  }
}
