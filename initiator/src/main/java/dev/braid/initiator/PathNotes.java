package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.LunNumber;
import dev.braid.base.Portal;
import dev.braid.base.error.Busy;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import dev.braid.initiator.RelogPlan.Losing;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.lock.Locks;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that {@link Rejoin} knows of a path before it is given up. That goes by what was noted
 * of a LUN, which may be lost or wrong (rule 4); so it is held against what the kernel shows while
 * the path is there, and mended from it. Noted before, the path also comes back where this program
 * is killed in between.
 */
final class PathNotes {

  private static final Logger log = LoggerFactory.getLogger(PathNotes.class);

  private final KnownLuns known;
  private final OwnPortals own;
  private final DeviceMapper dm;
  private final Locks locks;
  private final Steps steps;

  PathNotes(KnownLuns known, OwnPortals own, DeviceMapper dm, Locks locks, Steps steps) {
    this.known = known;
    this.own = own;
    this.dm = dm;
    this.locks = locks;
    this.steps = steps;
  }

  /** Whether each of these would get its path back. */
  boolean complete(Iqn target, List<Losing> all) {
    return all.stream().allMatch(losing -> isNoted(target, losing));
  }

  /**
   * Notes what is missing. No target's lock is held: whoever has a LUN's waits for that one.
   *
   * @throws Refused if there is no note of one, and nobody has its map open: as far as can be told
   *     no attach asked for it, and its path would not be brought back
   * @throws Busy if one is being attached or detached
   */
  void ensure(Iqn target, List<Losing> all, Deadline deadline) {
    for (Losing losing : all) {
      if (!isNoted(target, losing)) {
        String name = LockNames.volume(losing.map());
        try (var volume = new Hold(locks.exclusive(name, "note its paths", deadline))) {
          mend(target, losing);
        }
      }
    }
  }

  private void mend(Iqn target, Losing losing) {
    Optional<DmDevice> map = dm.multipath(losing.map());
    if (map.isEmpty() || isNoted(target, losing)) {
      return; // detached meanwhile, or attached once more
    }
    Optional<Lun> noted = known.find(losing.map());
    if (noted.isEmpty() && map.get().openCount() == 0) {
      throw new Refused(
          "nothing is noted of "
              + losing.map()
              + ", and nobody has its map "
              + map.get().name()
              + " open, so a path that it loses would not be brought back: stage its volume again,"
              + " or take the map off if nobody staged it");
    }
    Lun lun = mended(target, losing, noted);
    log.warn(
        "what was noted of {} {}; the kernel has it at LUN {} through {}, which is noted now",
        losing.map(),
        noted.isEmpty() ? "is lost" : "does not name all its paths",
        lun.number(),
        lun.portals());
    steps.run("note LUN", step -> known.note(step, lun));
  }

  private boolean isNoted(Iqn target, Losing losing) {
    return known
        .find(losing.map())
        .filter(lun -> fits(lun, target, losing))
        .filter(lun -> lun.portals().containsAll(portals(target, losing)))
        .isPresent();
  }

  private static boolean fits(Lun noted, Iqn target, Losing losing) {
    return noted.target().equals(target) && noted.number().value() == losing.lun();
  }

  /** A portal that is dead now is known by the note alone. */
  private Lun mended(Iqn target, Losing losing, Optional<Lun> noted) {
    Set<Portal> portals = new LinkedHashSet<>();
    noted.filter(lun -> fits(lun, target, losing)).ifPresent(lun -> portals.addAll(lun.portals()));
    portals.addAll(portals(target, losing));
    return new Lun(
        target, List.copyOf(portals), LunNumber.parse(Long.toString(losing.lun())), losing.map());
  }

  private List<Portal> portals(Iqn target, Losing losing) {
    return own.of(target).stream()
        .filter(portal -> losing.by().stream().anyMatch(s -> s.through(target, portal)))
        .toList();
  }
}
