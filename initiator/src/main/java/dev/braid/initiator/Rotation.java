package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.Wwid;
import dev.braid.base.chap.ChapCredentials;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.Busy;
import dev.braid.base.error.NoPath;
import dev.braid.base.error.Refused;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.lock.Locks;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.uevent.UeventSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has sessions that were logged in with other CHAP credentials than those of now logged in anew,
 * one after the other: each path works again before the next is given up for a moment. What a
 * session was logged in with the kernel knows, so nothing need be remembered (rule 4); nor is a
 * path given up that would not be brought back.
 *
 * <p>The head is to know the new ones first. It is asked before a session is ended; until it would
 * take them, and while there is only one path, nothing is done, and it is tried again.
 *
 * <p>Not for several threads; {@link #pending} may be asked by any.
 */
public final class Rotation {

  private static final Logger log = LoggerFactory.getLogger(Rotation.class);

  /** Behind attaches and detaches of the target. Later ones wait behind this in turn. */
  private static final Duration LOCK = Duration.ofSeconds(5);

  private final ChapSecrets secrets;
  private final OwnPortals own;
  private final PathNotes notes;
  private final IscsiSessions sessions;
  private final SessionDevices devices;
  private final BlockTree blocks;
  private final Maps maps;
  private final Diagnosis diagnosis;
  private final Supplier<Iqn> self;
  private final Logouts logouts;
  private final Logins logins;
  private final Strays strays;
  private final Locks locks;

  /** Targets with sessions that still run by what was before, and why, as it was said last. */
  private final Map<Iqn, String> waiting = new ConcurrentHashMap<>();

  /** Sessions made anew of which the kernel does not tell: once is enough. */
  private final Map<Integer, ChapCredentials> untold = new HashMap<>();

  Rotation(
      ChapSecrets secrets,
      OwnPortals own,
      PathNotes notes,
      IscsiSessions sessions,
      SessionDevices devices,
      BlockTree blocks,
      Maps maps,
      Diagnosis diagnosis,
      Supplier<Iqn> self,
      Logouts logouts,
      Logins logins,
      Strays strays,
      Locks locks) {
    this.secrets = secrets;
    this.own = own;
    this.notes = notes;
    this.sessions = sessions;
    this.devices = devices;
    this.blocks = blocks;
    this.maps = maps;
    this.diagnosis = diagnosis;
    this.self = self;
    this.logouts = logouts;
    this.logins = logins;
    this.strays = strays;
    this.locks = locks;
  }

  /** A session that was made anew, and the maps that are to get its path back. */
  private record Renewed(Portal portal, List<Wwid> maps) {}

  /** How many targets have sessions that are still to be logged in anew. */
  public double pending() {
    return waiting.size();
  }

  /**
   * One look at every target.
   *
   * @param patience for each session
   * @param pathMissing is run when one has been made anew; it has {@link Rejoin} look
   */
  public void look(Duration patience, Runnable pathMissing) {
    if (!secrets.wanted()) {
      return;
    }
    List<Iqn> targets = own.targets();
    waiting.keySet().retainAll(targets);
    for (Iqn target : targets) {
      try {
        rotate(target, patience, pathMissing);
        if (waiting.remove(target) != null) {
          log.info("every session to {} runs by the CHAP credentials of now", target);
        }
      } catch (BraidException e) {
        say(target, e.messageAndCause());
      }
    }
  }

  private void say(Iqn target, String why) {
    if (!why.equals(waiting.put(target, why))) {
      log.warn(
          "sessions to {} are still to be logged in with the CHAP credentials of now: {}",
          target,
          why);
    }
  }

  private void rotate(Iqn target, Duration patience, Runnable pathMissing) {
    // Each portal once: who changes the file meanwhile is served by the next look.
    for (int left = own.of(target).size(); left > 0; left--) {
      if (ours(target).isEmpty()) {
        return;
      }
      ChapCredentials wanted = wanted(target);
      List<IscsiSession> stale = stale(target, wanted);
      if (stale.isEmpty()) {
        return;
      }
      Deadline deadline = Deadline.after(patience);
      try (var events = UeventSocket.open()) {
        Renewed renewed = renew(target, wanted, stale, deadline);
        pathMissing.run();
        await(target, renewed, events, deadline);
      }
    }
  }

  private ChapCredentials wanted(Iqn target) {
    return secrets
        .of(target)
        .orElseThrow(() -> new IllegalStateException("a rotation without CHAP"));
  }

  private List<IscsiSession> ours(Iqn target) {
    List<Portal> portals = own.of(target);
    return sessions.all().stream()
        .filter(s -> portals.stream().anyMatch(p -> s.through(target, p)))
        .toList();
  }

  /** One in recovery is left to iscsid: refused, it ends, and its path is brought back by now's. */
  private List<IscsiSession> stale(Iqn target, ChapCredentials wanted) {
    return ours(target).stream()
        .filter(IscsiSession::up)
        .filter(s -> !sessions.provenWith(s, wanted))
        .filter(s -> !Optional.ofNullable(untold.get(s.id())).equals(Optional.of(wanted)))
        .toList();
  }

  private Renewed renew(
      Iqn target, ChapCredentials wanted, List<IscsiSession> stale, Deadline deadline) {
    RelogPlan first = mayGo(target, stale, deadline);
    IscsiSession session = first.next().orElseThrow();
    Portal portal =
        own.of(target).stream().filter(p -> session.through(target, p)).findFirst().orElseThrow();
    refuseUnlessLetIn(target, portal, wanted, deadline);
    notes.ensure(target, first.losing(), deadline.atMost(LOCK));
    strays.await(target, deadline);
    String name = LockNames.target(target);
    try (var hold =
        new Hold(locks.exclusive(name, "log in with new credentials", deadline.atMost(LOCK)))) {
      RelogPlan plan = mayGo(target, List.of(session), deadline);
      if (!notes.complete(target, plan.losing())) {
        throw new Busy("LUNs of " + target + " come and go; its sessions are looked at again");
      }
      List<IscsiSession> before = sessions.all();
      log.info("{} is logged in anew, with new CHAP credentials", session.describe());
      logouts.of(session, hold, deadline);
      Map<Portal, Lack> failed = logins.through(target, List.of(portal), hold, deadline);
      if (!failed.isEmpty()) {
        throw new NoPath(Reasons.text(failed)); // now a path is missing, which Rejoin brings back
      }
      noteIfUntold(target, portal, before, wanted);
      return new Renewed(portal, plan.maps());
    }
  }

  /**
   * @throws Busy if it ended by itself meanwhile
   * @throws Refused if none of them may be given up now
   */
  private RelogPlan mayGo(Iqn target, List<IscsiSession> stale, Deadline deadline) {
    if (!ours(target).containsAll(stale)) {
      throw new Busy("sessions to " + target + " come and go; they are looked at again");
    }
    RelogPlan plan = devices.plan(target, stale, deadline);
    if (plan.next().isEmpty()) {
      throw new Refused(plan.why());
    }
    return plan;
  }

  /** A path is not given up for a login that would fail: the head is to have the new ones first. */
  private void refuseUnlessLetIn(
      Iqn target, Portal portal, ChapCredentials wanted, Deadline deadline) {
    diagnosis
        .refusal(self.get(), target, portal, Optional.of(wanted), deadline)
        .ifPresent(
            finding -> {
              throw new NoPath(finding.advice());
            });
  }

  private void noteIfUntold(
      Iqn target, Portal portal, List<IscsiSession> before, ChapCredentials wanted) {
    List<Integer> old = before.stream().map(IscsiSession::id).toList();
    for (IscsiSession session : sessions.through(target, portal)) {
      if (!old.contains(session.id()) && !sessions.provenWith(session, wanted)) {
        log.warn("the kernel does not tell what {} was logged in with", session.describe());
        untold.put(session.id(), wanted);
      }
    }
    untold.keySet().retainAll(sessions.all().stream().map(IscsiSession::id).toList());
  }

  /** Until every map has the path back, and sends I/O by it. */
  private void await(Iqn target, Renewed renewed, UeventSocket events, Deadline deadline) {
    Optional<Boolean> back =
        events.await(
            event -> event.subsystem().equals("block"),
            () ->
                renewed.maps().stream().allMatch(map -> active(map, target, renewed.portal()))
                    ? Optional.of(true)
                    : Optional.empty(),
            deadline);
    if (back.isEmpty()) {
      throw new NoPath(
          "the session through "
              + renewed.portal()
              + " was made anew, and its paths are not back in their maps yet; the others wait");
    }
  }

  private boolean active(Wwid map, Iqn target, Portal portal) {
    if (maps.find(map).isEmpty()) {
      return true; // detached meanwhile
    }
    List<IscsiSession> through = sessions.through(target, portal);
    return maps.used(map).stream()
        .map(blocks::address)
        .flatMap(Optional::stream)
        .anyMatch(address -> through.stream().anyMatch(s -> s.carries(address)));
  }
}
