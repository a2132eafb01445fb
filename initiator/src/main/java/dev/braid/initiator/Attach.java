package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Wwid;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.WrongDevice;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.lock.Locks;
import dev.braid.linux.sysfs.ScsiDevice;
import dev.braid.linux.uevent.UeventSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a mapped LUN a usable device of this machine. Safe to repeat, and to kill, anywhere. */
public final class Attach {

  private static final Logger log = LoggerFactory.getLogger(Attach.class);

  /** For undoing what a failed attach made: the caller's own time may be over by then. */
  private static final Duration UNDO = Duration.ofSeconds(15);

  private final Locks locks;
  private final Portals portals;
  private final PathScan scan;
  private final Maps maps;
  private final PathFinder finder;
  private final Removal removal;
  private final Seen seen;

  Attach(
      Locks locks,
      Portals portals,
      PathScan scan,
      Maps maps,
      PathFinder finder,
      Removal removal,
      Seen seen) {
    this.locks = locks;
    this.portals = portals;
    this.scan = scan;
    this.maps = maps;
    this.finder = finder;
    this.removal = removal;
    this.seen = seen;
  }

  /**
   * @return the LUN's map, with every path that answers now; at least one
   * @throws dev.braid.base.error.NoPath saying of each portal why it gives no path
   * @throws WrongDevice if another LUN is behind the address; it is left as it is
   * @throws dev.braid.base.error.Refused if something must be cleared away first
   * @throws dev.braid.base.error.Busy if another call works on the LUN or its target
   */
  public Attached attach(Lun lun, Deadline deadline) {
    try (var volume = new Hold(locks.exclusive(LockNames.volume(lun.wwid()), "attach", deadline))) {
      boolean anew = maps.find(lun.wwid()).isEmpty();
      try {
        Attached attached = make(lun, deadline);
        log.info("attached {} as {} over {} paths", lun.wwid(), attached.map(), attached.paths());
        return attached;
      } catch (BraidException e) {
        if (anew) {
          undo(lun, volume, e);
        }
        throw e;
      }
    }
  }

  private Attached make(Lun lun, Deadline deadline) {
    seen.remember(lun.wwid(), deadline);
    try (var events = UeventSocket.open();
        var way = portals.open(lun, deadline)) {
      List<ScsiDevice> paths = scan.scan(lun, way, deadline);
      long bytes = sameSize(lun.wwid(), paths);
      DmDevice map = maps.await(lun.wwid(), names(paths), events, deadline);
      return check(lun.wwid(), map, names(paths), bytes, deadline);
    }
  }

  private static List<String> names(List<ScsiDevice> paths) {
    return paths.stream().map(ScsiDevice::block).flatMap(Optional::stream).toList();
  }

  /** Paths that differ are never mixed: data past the end of the smaller would be lost. */
  private static long sameSize(Wwid wwid, List<ScsiDevice> paths) {
    long bytes = paths.get(0).bytes();
    if (bytes == 0 || paths.stream().anyMatch(p -> p.bytes() != bytes)) {
      throw new WrongDevice(
          "the paths of "
              + wwid
              + " do not agree on its size: "
              + paths.stream().map(p -> p.describe() + " has " + p.bytes() + " bytes").toList());
    }
    return bytes;
  }

  /** Whatever else is in the map must be the LUN by what the kernel kept, though it is silent. */
  private Attached check(
      Wwid wwid, DmDevice map, List<String> verified, long bytes, Deadline deadline) {
    List<PathFinder.Path> ours = finder.pathsOf(wwid, deadline);
    for (PathFinder.Path path : ours) {
      if (path.device().kept().isPresent() && !path.device().keptAs(wwid)) {
        throw new WrongDevice(
            "the map " + map.name() + " of " + wwid + " holds " + path.device() + ", another LUN");
      }
    }
    long mapped = maps.bytes(map);
    if (mapped != bytes) {
      throw new KernelRefused(
          "the map " + map.name() + " has " + mapped + " bytes and its paths " + bytes);
    }
    List<DeviceNumber> table = maps.table(map);
    if (table.size() < verified.size()) {
      throw new KernelRefused("the map " + map.name() + " lost a path while it was checked");
    }
    return new Attached(wwid, map.node(), table.size(), bytes);
  }

  /** The map was not there when the call began, so all there is of the LUN is this call's. */
  private void undo(Lun lun, Hold volume, BraidException why) {
    try {
      removal.remove(lun.wwid(), volume, Deadline.after(UNDO));
    } catch (BraidException e) {
      log.warn("the failed attach of {} left something: {}", lun.wwid(), e.getMessage());
      why.addSuppressed(e);
    }
  }
}
