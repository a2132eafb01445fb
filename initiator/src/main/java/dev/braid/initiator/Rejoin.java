package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.LogContext;
import dev.braid.base.Portal;
import dev.braid.base.Ticker;
import dev.braid.base.Wwid;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.Busy;
import dev.braid.base.error.Refused;
import dev.braid.base.error.WrongDevice;
import dev.braid.base.step.Steps;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.lock.Locks;
import dev.braid.linux.sysfs.Hctl;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings to the maps that are there the paths that they lack: of a portal that was dead when the
 * LUN was attached, or of a session that was ended meanwhile. A session that is lost is made anew
 * by the kernel and iscsid, and left to them.
 *
 * <p>Not for several threads.
 */
public final class Rejoin {

  private static final Logger log = LoggerFactory.getLogger(Rejoin.class);

  /** A try may make a device and remove it: of one that only a person mends, not at each look. */
  private static final Duration REFUSED = Duration.ofMinutes(1);

  private final Locks locks;
  private final KnownLuns known;
  private final Seen seen;
  private final IscsiSessions sessions;
  private final PathFinder finder;
  private final ReturnedPortals returned;
  private final Portals portals;
  private final Assembly assembly;
  private final Maps maps;
  private final PortalWatch watch;
  private final Uninvited uninvited;
  private final Tidying tidying;
  private final Ticker ticker;
  private final Steps steps;

  private final JoinTurns turns = new JoinTurns();
  private final Map<Wwid, Pause> paused = new HashMap<>();

  /** What was said last of a LUN: it is said again only when it changes. */
  private final Map<Wwid, Said> said = new HashMap<>();

  /**
   * Until a path is tried again that it takes a person to mend.
   *
   * @param portals whose paths were missing when they were refused; others are tried meanwhile
   */
  private record Pause(List<Portal> portals, long since) {}

  /** Not the text: that may tell how long something took, and be another one at each look. */
  private record Said(List<Portal> lacking, Class<?> why) {}

  Rejoin(
      Locks locks,
      KnownLuns known,
      Seen seen,
      IscsiSessions sessions,
      PathFinder finder,
      ReturnedPortals returned,
      Portals portals,
      Assembly assembly,
      Maps maps,
      PortalWatch watch,
      Uninvited uninvited,
      Tidying tidying,
      Ticker ticker,
      Steps steps) {
    this.locks = locks;
    this.known = known;
    this.seen = seen;
    this.sessions = sessions;
    this.finder = finder;
    this.returned = returned;
    this.portals = portals;
    this.assembly = assembly;
    this.maps = maps;
    this.watch = watch;
    this.uninvited = uninvited;
    this.tidying = tidying;
    this.ticker = ticker;
    this.steps = steps;
  }

  /**
   * One look at every LUN that is attached, at those that nobody asked for, and at sessions that no
   * LUN needs; one try where a path is missing, as {@link JoinTurns} has it.
   *
   * @param patience for each target and each LUN
   */
  public void look(Duration patience) {
    uninvited.look();
    List<Lun> all = known.all();
    List<Lun> attached = all.stream().filter(lun -> maps.find(lun.wwid()).isPresent()).toList();
    all.stream()
        .filter(lun -> !attached.contains(lun))
        .forEach(lun -> forget(lun, Deadline.after(patience)));
    tidying.leftovers(known.all().stream().map(Lun::target).toList(), Deadline.after(patience));
    List<IscsiSession> now = sessions.all();
    List<Lun> lacking = attached.stream().filter(lun -> lacks(lun, now)).toList();
    List<Wwid> wwids = lacking.stream().map(Lun::wwid).toList();
    said.keySet().retainAll(wwids);
    paused.keySet().retainAll(wwids);
    returned.forgetAllBut(lacking);
    // A dead portal takes its time to say nothing. It is asked once, and not for each of its LUNs;
    // of one that would let this host in, the first LUN that is free tries a login.
    Map<Iqn, List<Portal>> open = new HashMap<>();
    for (Lun lun : turns.begin(lacking)) {
      if (turns.isOver(lun)) {
        continue;
      }
      Deadline deadline = Deadline.after(patience);
      // Before any lock is taken: nobody is to wait for a portal that is dead.
      List<Portal> untried =
          open.computeIfAbsent(lun.target(), target -> new ArrayList<>(returned.of(lun, deadline)));
      var worth = new LinkedHashSet<>(untried);
      worth.addAll(withSession(lun));
      worth.retainAll(lun.portals());
      worth.removeAll(paused(lun));
      if (missing(lun, sessions.all()).stream().anyMatch(worth::contains)) {
        long began = ticker.nanos();
        if (join(lun, List.copyOf(worth), deadline)) {
          untried.removeAll(worth);
        }
        Duration took = Duration.ofNanos(ticker.nanos() - began);
        boolean inVain = missing(lun, sessions.all()).stream().anyMatch(worth::contains);
        turns.tried(lun, took, inVain);
      }
    }
    // The tries may have taken minutes: who was detached amid them has no portals any more.
    List<Lun> still = attached.stream().filter(lun -> known.has(lun.wwid())).toList();
    watch.look(still, failing(still), Deadline.after(patience));
  }

  /** By which device-mapper sends no I/O to one of them, whether their sessions are up or not. */
  private Set<PortalWatch.Way> failing(List<Lun> attached) {
    var ways = new HashSet<PortalWatch.Way>();
    for (Lun lun : attached) {
      try {
        ways.addAll(failing(lun));
      } catch (BraidException e) {
        log.warn("the paths of {} cannot be looked at: {}", lun.wwid(), e.messageAndCause());
      }
    }
    return ways;
  }

  private List<PortalWatch.Way> failing(Lun lun) {
    List<IscsiSession> over =
        finder.at(maps.failed(lun.wwid())).stream()
            .map(PathFinder.Path::session)
            .flatMap(Optional::stream)
            .toList();
    List<Portal> missing = missing(lun, sessions.all());
    return lun.portals().stream()
        .filter(p -> missing.contains(p) || over.stream().anyMatch(s -> s.through(lun.target(), p)))
        .map(p -> new PortalWatch.Way(lun.target(), p))
        .toList();
  }

  private List<Portal> paused(Lun lun) {
    Pause pause = paused.get(lun.wwid());
    return pause != null && ticker.nanos() - pause.since() < REFUSED.toNanos()
        ? pause.portals()
        : List.of();
  }

  /**
   * What a reboot left: of what is attached no map is missing, but for a moment. An attach that ran
   * out of time has left paths as well.
   */
  private void forget(Lun lun, Deadline patience) {
    try (var volume = hold(lun)) {
      if (maps.find(lun.wwid()).isEmpty() && finder.pathsOf(lun, patience).isEmpty()) {
        seen.letGo(lun.wwid());
        steps.run("forget LUN", step -> known.forget(step, lun.wwid()));
      }
    } catch (Busy e) {
      log.debug("{} is being attached or detached: {}", lun.wwid(), e.getMessage());
    } catch (BraidException e) {
      // The others' paths are not to wait for a folder that is full.
      log.warn("what was noted of {} stays for now: {}", lun.wwid(), e.messageAndCause());
    }
  }

  private Hold hold(Lun lun) {
    String name = LockNames.volume(lun.wwid());
    return new Hold(locks.exclusive(name, "bring back a path", Deadline.after(Duration.ZERO)));
  }

  /** Whatever is wrong with one LUN, the others get their paths. */
  private boolean lacks(Lun lun, List<IscsiSession> now) {
    try {
      return !missing(lun, now).isEmpty();
    } catch (BraidException e) {
      log.warn("the paths of {} cannot be looked at: {}", lun.wwid(), e.messageAndCause());
      return false;
    }
  }

  /** The portals whose path is not in the LUN's map; none if it has no map. */
  private List<Portal> missing(Lun lun, List<IscsiSession> now) {
    Optional<List<Hctl>> paths = finder.mapped(lun.wwid());
    if (paths.isEmpty()) {
      return List.of();
    }
    return lun.portals().stream()
        .filter(
            portal ->
                now.stream()
                    .filter(s -> s.through(lun.target(), portal))
                    .noneMatch(s -> paths.get().stream().anyMatch(s::carries)))
        .toList();
  }

  /** The portals of missing paths that have a session by now. */
  private List<Portal> withSession(Lun lun) {
    List<IscsiSession> now = sessions.all();
    return missing(lun, now).stream()
        .filter(p -> now.stream().anyMatch(s -> s.up() && s.through(lun.target(), p)))
        .toList();
  }

  /**
   * @return whether a login through each of these was tried where there was no session
   */
  private boolean join(Lun lun, List<Portal> worth, Deadline deadline) {
    var failed = new ArrayList<Portal>();
    boolean tried = false;
    var lines = Map.of(LogContext.WWID, lun.wwid().text());
    try (var context = LogContext.with(lines);
        var volume = hold(lun)) {
      if (missing(lun, sessions.all()).isEmpty()
          || !known.find(lun.wwid()).equals(Optional.of(lun))) {
        return false; // joined, detached, or attached by another number, meanwhile
      }
      tried = true;
      try (var way = portals.reach(lun.through(worth), deadline, failed::addAll)) {
        Attached attached = assembly.assemble(lun, volume, way, deadline);
        log.info("{} has {} paths now", lun.wwid(), attached.paths());
      }
    } catch (Busy e) {
      log.debug("{} is at work: {}", lun.wwid(), e.getMessage());
    } catch (Refused | WrongDevice e) {
      List<Portal> lacked = missing(lun, sessions.all()).stream().filter(worth::contains).toList();
      paused.put(lun.wwid(), new Pause(lacked, ticker.nanos()));
      say(lun, e);
    } catch (BraidException e) {
      say(lun, e);
    }
    returned.tried(lun, failed);
    return tried;
  }

  private void say(Lun lun, BraidException why) {
    var now = new Said(missing(lun, sessions.all()), why.getClass());
    if (!now.equals(said.put(lun.wwid(), now))) {
      log.warn("{} lacks a path: {}", lun.wwid(), why.messageAndCause());
    }
  }
}
