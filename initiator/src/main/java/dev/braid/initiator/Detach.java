package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Wwid;
import dev.braid.linux.lock.Locks;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a LUN off this machine, in the order of rule 9. Safe to repeat, and to kill, anywhere. */
public final class Detach {

  private static final Logger log = LoggerFactory.getLogger(Detach.class);

  private final Locks locks;
  private final Removal removal;
  private final Maps maps;
  private final Runnable prune;

  /**
   * @param prune has {@link Pruning} look, and does not wait for it
   */
  Detach(Locks locks, Removal removal, Maps maps, Runnable prune) {
    this.locks = locks;
    this.removal = removal;
    this.maps = maps;
    this.prune = prune;
  }

  /**
   * To be asked before a file system on the LUN is unmounted, which writes out what is left to
   * write, and waits for it.
   *
   * @throws dev.braid.base.error.WrongDevice if a path answers as another LUN
   */
  public Reach reach(Wwid wwid, Deadline deadline) {
    try (var volume = new Hold(locks.exclusive(LockNames.volume(wwid), "look", deadline))) {
      return removal.reach(wwid, deadline);
    }
  }

  /**
   * From now on I/O to the LUN fails where it has no path, also what waits for one already. What
   * was written to the LUN and is not there yet is lost by it: it is for one who may decide that.
   */
  public void stopQueueing(Wwid wwid, Deadline deadline) {
    try (var volume =
        new Hold(locks.exclusive(LockNames.volume(wwid), "stop queueing", deadline))) {
      maps.stopQueueing(wwid, volume, deadline);
    }
  }

  /**
   * @param wwid the LUN's, from its volume id (rule 4): nothing else need be known. Where there is
   *     nothing of it, all is done
   * @throws dev.braid.base.error.DeviceInUse naming every holder; all paths are still there and
   *     queueing is as it was
   * @throws dev.braid.base.error.Busy if another call works on the LUN or its target
   */
  public void detach(Wwid wwid, Deadline deadline) {
    try (var volume = new Hold(locks.exclusive(LockNames.volume(wwid), "detach", deadline))) {
      removal.remove(wwid, volume, deadline);
    }
    prune.run(); // it needs the lock
    log.debug("detached {}", wwid);
  }
}
