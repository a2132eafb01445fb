package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.Ticker;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.Busy;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.lock.Locks;
import dev.braid.linux.sysfs.ScsiDevices;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends sessions of ours that no device needs any more, and forgets their portals (rule 9). */
final class Tidying {

  private static final Logger log = LoggerFactory.getLogger(Tidying.class);

  /** Of another's time; the logout of a session whose peer is silent takes longer, and goes on. */
  private static final Duration IN_PASSING = Duration.ofSeconds(5);

  /** Of a session that iscsid could not end; sooner where it is up by then. */
  private static final Duration ASK_AGAIN = Duration.ofMinutes(5);

  private final IscsiSessions sessions;
  private final ScsiDevices devices;
  private final OwnPortals own;
  private final OwnRecords records;
  private final Logouts logouts;
  private final Strays strays;
  private final Locks locks;
  private final Ticker ticker;

  /** When iscsid was asked last to end a session that it could not end, by its number. */
  private final Map<Integer, Long> staying = new ConcurrentHashMap<>();

  Tidying(
      IscsiSessions sessions,
      ScsiDevices devices,
      OwnPortals own,
      OwnRecords records,
      Logouts logouts,
      Strays strays,
      Locks locks,
      Ticker ticker) {
    this.sessions = sessions;
    this.devices = devices;
    this.own = own;
    this.records = records;
    this.logouts = logouts;
    this.strays = strays;
    this.locks = locks;
    this.ticker = ticker;
  }

  /**
   * Tidies after devices were removed.
   *
   * @param left the targets that they were removed from; each is waited for. The others are only
   *     looked at for what a killed call left, and passed by where somebody works on them, or where
   *     it fails: this detach has nothing to do with them
   * @param carried the sessions that the devices came by, where any is known. A target of which
   *     only other sessions are to be ended is passed by in the same way: whoever waits for it has
   *     all attaches wait behind him
   */
  void after(List<Iqn> left, List<IscsiSession> carried, Deadline deadline) {
    left.forEach(records::noteLost);
    List<Iqn> targets = own.targets();
    List<Iqn> waited =
        targets.stream()
            .filter(left::contains)
            .filter(target -> carried.isEmpty() || ends(target, carried))
            .toList();
    waited.forEach(target -> tidy(target, deadline, deadline));
    targets.stream()
        .filter(target -> !waited.contains(target))
        .forEach(target -> inPassing(target, deadline.atMost(IN_PASSING)));
  }

  private boolean ends(Iqn target, List<IscsiSession> carried) {
    return plan(target).logout().stream()
        .anyMatch(session -> carried.stream().anyMatch(c -> c.id() == session.id()));
  }

  /**
   * Tidies where nothing was removed: what a killed call left, of which nobody tells. A session
   * that iscsid made after its client was killed is found here, if no attach comes to use it.
   *
   * @param used targets of LUNs that are attached, or about to be: their sessions are left alone
   */
  void leftovers(Collection<Iqn> used, Deadline deadline) {
    used.stream().distinct().forEach(records::noteLost);
    own.targets().stream()
        .filter(target -> !used.contains(target))
        .forEach(target -> inPassing(target, deadline));
  }

  private void inPassing(Iqn target, Deadline deadline) {
    try {
      tidy(target, deadline.atMost(Duration.ZERO), deadline);
    } catch (Busy e) {
      log.debug("target {} is at work, so it is not left over", target);
    } catch (BraidException e) {
      log.warn("target {}: what is left of it stays for now: {}", target, e.messageAndCause());
    }
  }

  /**
   * @param turn for the target to be free of others
   */
  private void tidy(Iqn target, Deadline turn, Deadline deadline) {
    if (plan(target).nothing()) {
      return;
    }
    strays.await(target, turn);
    try (var hold = new Hold(locks.exclusive(LockNames.target(target), "log out", turn))) {
      LogoutPlan plan = plan(target);
      List<IscsiSession> stay = logouts.of(plan.logout(), hold, deadline);
      stay.forEach(this::say);
      for (Portal portal : plan.without(target, stay).forget()) {
        boolean ended = plan.logout().stream().anyMatch(s -> s.through(target, portal));
        records.forget(target, portal, ended);
      }
    }
  }

  /** The device is off, and nobody who gives up a volume is to wait for a portal that is dead. */
  private void say(IscsiSession session) {
    if (staying.put(session.id(), ticker.nanos()) == null) {
      log.warn(
          "{} carries nothing any more, and iscsid cannot end it now, as where it was started anew"
              + " while a portal is dead: it is ended when iscsid can",
          session.describe());
    }
  }

  private LogoutPlan plan(Iqn target) {
    List<IscsiSession> now = sessions.all();
    return LogoutPlan.of(target, own.of(target), now, devices.addresses())
        .without(target, now.stream().filter(this::waits).toList());
  }

  /** Asked a moment ago, and as lost as then: it would hold up those who need the target. */
  private boolean waits(IscsiSession session) {
    Long asked = staying.get(session.id());
    return asked != null && !session.up() && ticker.nanos() - asked < ASK_AGAIN.toNanos();
  }
}
