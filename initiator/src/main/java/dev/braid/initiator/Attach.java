package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.Busy;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.NoPath;
import dev.braid.base.error.WrongDevice;
import dev.braid.base.step.Steps;
import dev.braid.linux.lock.Locks;
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

  /** Of what a failed call has left for saying more. */
  private static final Duration EXPLAINING = Duration.ofSeconds(3);

  /** An undoing as a rule takes less: a deleted path each, and a logout. */
  private static final Duration RESERVE = Duration.ofSeconds(4);

  private final Locks locks;
  private final HostSetup setup;
  private final Portals portals;
  private final Reasons reasons;
  private final Assembly assembly;
  private final Maps maps;
  private final Removal removal;
  private final KnownLuns known;
  private final Seen seen;
  private final Steps steps;

  Attach(
      Locks locks,
      HostSetup setup,
      Portals portals,
      Reasons reasons,
      Assembly assembly,
      Maps maps,
      Removal removal,
      KnownLuns known,
      Seen seen,
      Steps steps) {
    this.locks = locks;
    this.setup = setup;
    this.portals = portals;
    this.reasons = reasons;
    this.assembly = assembly;
    this.maps = maps;
    this.removal = removal;
    this.known = known;
    this.seen = seen;
    this.steps = steps;
  }

  /**
   * @return the LUN's map, with every path that answers now, at least one. A portal that is away
   *     does not delay it; {@link Rejoin} brings its path
   * @throws NoPath saying of each portal why it gives no path
   * @throws WrongDevice if another LUN is behind the address; it is left as it is
   * @throws dev.braid.base.error.Refused if something must be cleared away first, or what Braid
   *     puts on this host was taken off
   * @throws DeadlinePassed if it takes longer. What there is of it stays, for the next call to go
   *     on from, or a detach. So it does where no path has answered by then, and where another call
   *     is at work; what fails otherwise is taken back
   * @throws Busy if another call works on the LUN or its target
   */
  public Attached attach(Lun lun, Deadline deadline) {
    try (var volume = new Hold(locks.exclusive(LockNames.volume(lun.wwid()), "attach", deadline))) {
      boolean there = maps.find(lun.wwid()).isPresent();
      Attached attached = there ? again(lun, volume, deadline) : anew(lun, volume, deadline);
      log.debug("attached {} as {} over {} paths", lun.wwid(), attached.map(), attached.paths());
      return attached;
    } catch (NoPath e) {
      throw explained(lun, e, deadline);
    }
  }

  /** A session may come about by which no I/O gets through. The LUN's lock is let go of. */
  private NoPath explained(Lun lun, NoPath why, Deadline deadline) {
    List<String> more =
        reasons.tooLarge(lun.portals(), deadline.atMost(EXPLAINING)).stream()
            .filter(text -> !String.valueOf(why.getMessage()).contains(text))
            .toList();
    return more.isEmpty()
        ? why
        : new NoPath(why.getMessage() + "; " + String.join("; ", more), why);
  }

  /** What is attached already an uninstall sees; what is not must not come while one goes on. */
  private Attached anew(Lun lun, Hold volume, Deadline deadline) {
    Deadline inTime = early(deadline);
    try (var stays = setup.hold(deadline)) {
      try {
        note(lun, inTime);
        try (var way = portals.open(lun, inTime)) {
          return assembly.assemble(lun, volume, way, inTime);
        }
      } catch (BraidException e) {
        if (!isHalfWay(e, inTime)) {
          undo(lun, volume, e);
        }
        throw e;
      }
    }
  }

  /** Where this host is slow, taking it back would have it do all of it anew. */
  private static boolean isHalfWay(BraidException failure, Deadline inTime) {
    return failure instanceof DeadlinePassed
        || failure instanceof Busy
        || (failure instanceof NoPath && inTime.passed());
  }

  /** Before the deadline, so that the caller still hears why it failed when all is undone. */
  private static Deadline early(Deadline deadline) {
    Duration left = deadline.left();
    Duration tenth = left.dividedBy(10);
    return deadline.atMost(left.minus(tenth.compareTo(RESERVE) < 0 ? tenth : RESERVE));
  }

  private Attached again(Lun lun, Hold volume, Deadline deadline) {
    note(lun, deadline);
    try (var way = portals.open(lun, deadline)) {
      return assembly.again(lun, volume, way, deadline);
    }
  }

  private void note(Lun lun, Deadline deadline) {
    if (!known.find(lun.wwid()).equals(Optional.of(lun))) {
      steps.run("note LUN", step -> known.note(step, lun));
    }
    seen.remember(lun.wwid(), deadline);
  }

  /**
   * The map was not there when the call began, so nobody uses what there is of the LUN: this call
   * made it, or one before that ran out of time.
   */
  private void undo(Lun lun, Hold volume, BraidException why) {
    try {
      removal.remove(lun.wwid(), volume, Deadline.after(UNDO));
    } catch (BraidException e) {
      log.warn("the failed attach of {} left something: {}", lun.wwid(), e.getMessage());
      why.addSuppressed(e);
    }
  }
}
