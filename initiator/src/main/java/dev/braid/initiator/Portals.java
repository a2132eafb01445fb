package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.Busy;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.NoPath;
import dev.braid.base.step.Steps;
import dev.braid.initiator.Parallel.Outcome;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.iscsi.change.Iscsiadm;
import dev.braid.linux.iscsi.change.IscsiadmException;
import dev.braid.linux.lock.Lock;
import dev.braid.linux.lock.Locks;
import dev.braid.linux.sysfs.ScsiDevices;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sessions to targets: made for an attach, ended when no device needs them (rules 10 and 12). */
final class Portals {

  private static final Logger log = LoggerFactory.getLogger(Portals.class);

  /** Longer than a lost first packet of a connection (its repetition comes after a second). */
  private static final Duration PROBE = Duration.ofSeconds(3);

  /** Those who answer at all do so within this once one has. */
  private static final Duration ANSWER = Duration.ofMillis(250);

  /**
   * So much later than another's a login may be done: only portals that answer are tried, and a
   * volume with one path of two is worse than one that comes a little later.
   */
  private static final Duration SLOWER = Duration.ofSeconds(5);

  /** More than open-iscsi's own login timeout, which tells better what went wrong. */
  private static final Duration LOGIN = Duration.ofSeconds(15);

  private final IscsiSessions sessions;
  private final ScsiDevices devices;
  private final OwnRecords records;
  private final Iscsiadm iscsiadm;
  private final OwnPortals own;
  private final PortalProbe probe;
  private final Diagnosis diagnosis;
  private final Supplier<Iqn> self;
  private final Strays strays;
  private final Locks locks;
  private final Steps steps;

  Portals(
      IscsiSessions sessions,
      ScsiDevices devices,
      OwnRecords records,
      Iscsiadm iscsiadm,
      OwnPortals own,
      PortalProbe probe,
      Diagnosis diagnosis,
      Supplier<Iqn> self,
      Strays strays,
      Locks locks,
      Steps steps) {
    this.sessions = sessions;
    this.devices = devices;
    this.records = records;
    this.iscsiadm = iscsiadm;
    this.own = own;
    this.probe = probe;
    this.diagnosis = diagnosis;
    this.self = self;
    this.strays = strays;
    this.locks = locks;
    this.steps = steps;
  }

  /**
   * The sessions to a LUN's target, with the target held so that nobody logs out of them.
   *
   * @param up every session through the LUN's portals that is logged in
   * @param without why the other portals have none
   */
  record Way(Hold hold, List<IscsiSession> up, Map<Portal, Lack> without) implements AutoCloseable {

    @Override
    public void close() {
      hold.close();
    }
  }

  /**
   * The sessions that are up; where there is none, new ones. A portal that has none while others do
   * is not waited for: {@link Rejoin} brings its path.
   *
   * @throws NoPath saying of each portal why, if none has a session
   */
  Way open(Lun lun, Deadline deadline) {
    strays.await(lun.target(), deadline);
    if (anyUp(lun)) {
      Way way =
          use(
              lun,
              locks.shared(LockNames.target(lun.target()), "use the sessions", deadline),
              Map.of());
      if (!way.up().isEmpty()) {
        return way;
      }
      way.close(); // they ended meanwhile
    }
    return reach(lun, deadline);
  }

  /**
   * Logs in where there is no session yet, through all portals at once, and waits for the others no
   * longer once one is up.
   *
   * @throws NoPath saying of each portal why, if none has a session
   */
  Way reach(Lun lun, Deadline deadline) {
    strays.await(lun.target(), deadline);
    List<Portal> missing = withoutSession(lun, sessions.all());
    Map<Portal, Lack> dead = missing.isEmpty() ? Map.of() : probe(missing, deadline);
    boolean mayLogIn = missing.stream().anyMatch(p -> !dead.containsKey(p));
    String name = LockNames.target(lun.target());
    Lock lock =
        mayLogIn
            ? locks.exclusive(name, "log in", deadline)
            : locks.shared(name, "use the sessions", deadline);
    Way way = mayLogIn ? login(lun, dead, lock, deadline) : use(lun, lock, dead);
    if (way.up().isEmpty()) {
      way.close();
      throw new NoPath(
          "no portal of target "
              + lun.target()
              + " can be used: "
              + reasons(explained(lun, way.without(), deadline)));
    }
    return way;
  }

  private boolean anyUp(Lun lun) {
    List<IscsiSession> now = sessions.all();
    return lun.portals().stream()
        .anyMatch(p -> now.stream().anyMatch(s -> s.up() && s.through(lun.target(), p)));
  }

  private Way login(Lun lun, Map<Portal, Lack> dead, Lock lock, Deadline deadline) {
    return Hold.over(
        lock,
        hold -> {
          var without = new LinkedHashMap<>(dead);
          login(lun, without, hold, deadline);
          hold.share();
          return look(lun, hold, without);
        });
  }

  private Way use(Lun lun, Lock lock, Map<Portal, Lack> dead) {
    return Hold.over(lock, hold -> look(lun, hold, dead));
  }

  /** What there is now, under the lock. */
  private Way look(Lun lun, Hold hold, Map<Portal, Lack> dead) {
    var without = new LinkedHashMap<>(dead);
    List<IscsiSession> now = sessions.all();
    List<IscsiSession> up = new ArrayList<>();
    for (Portal portal : lun.portals()) {
      List<IscsiSession> through =
          now.stream().filter(s -> s.through(lun.target(), portal)).toList();
      up.addAll(through.stream().filter(IscsiSession::up).toList());
      if (through.stream().anyMatch(IscsiSession::up)) {
        without.remove(portal);
      } else if (through.isEmpty()) {
        without.putIfAbsent(portal, lack(portal, through));
      } else {
        without.put(portal, lack(portal, through));
      }
    }
    return new Way(hold, up, without);
  }

  /** The portals that have a session that is up, or at which somebody answers. Takes no lock. */
  List<Portal> answering(Lun lun, Deadline deadline) {
    List<IscsiSession> now = sessions.all();
    Map<Portal, Lack> dead = probe(withoutSession(lun, now), deadline);
    return lun.portals().stream()
        .filter(p -> !dead.containsKey(p))
        .filter(
            p -> {
              List<IscsiSession> through =
                  now.stream().filter(s -> s.through(lun.target(), p)).toList();
              return through.isEmpty() || through.stream().anyMatch(IscsiSession::up);
            })
        .toList();
  }

  /** What is seen of a portal without a session that is up. */
  Lack lack(Portal portal, List<IscsiSession> through) {
    return through.isEmpty()
        ? Lack.perhaps(Cause.OTHER, "there is no session through " + portal + " yet")
        : Lack.perhaps(
            Cause.RECOVERING,
            through.get(0).describe()
                + " lost its connection, and iscsid makes it anew: look at the network, and whether"
                + " the target serves");
  }

  static String reasons(Map<Portal, Lack> without) {
    return without.values().stream().map(Lack::why).collect(Collectors.joining("; "));
  }

  /** Looks into those that are not sure yet, which takes seconds. */
  Map<Portal, Lack> explained(Lun lun, Map<Portal, Lack> without, Deadline deadline) {
    var explained = new LinkedHashMap<>(without);
    var open = new LinkedHashMap<>(without);
    open.values().removeIf(Lack::sure);
    var tasks = new ArrayList<Callable<Diagnosis.Finding>>();
    open.forEach(
        (portal, lack) ->
            tasks.add(() -> diagnosis.why(self.get(), lun.target(), portal, lack, deadline)));
    try (var nothing = new Hold(new NoLock())) {
      var outcomes = Parallel.run("looking into a portal", nothing, tasks, deadline);
      int i = 0;
      for (Portal portal : open.keySet()) {
        if (outcomes.get(i++) instanceof Outcome.Done<Diagnosis.Finding> done) {
          explained.put(portal, Lack.of(done.value()));
        }
      }
    }
    return explained;
  }

  /** Looks again under the lock: another attach may have logged in meanwhile. */
  private void login(Lun lun, Map<Portal, Lack> dead, Hold hold, Deadline deadline) {
    List<Portal> portals =
        withoutSession(lun, sessions.all()).stream().filter(p -> !dead.containsKey(p)).toList();
    var tasks = new ArrayList<Callable<Boolean>>();
    Deadline patience = deadline.atMost(LOGIN);
    for (Portal portal : portals) {
      tasks.add(() -> login(lun.target(), portal, patience));
    }
    List<Outcome<Boolean>> outcomes =
        Parallel.race("logging in", hold, tasks, done -> true, SLOWER, patience);
    for (int i = 0; i < portals.size(); i++) {
      if (outcomes.get(i) instanceof Outcome.Failed<Boolean> failed) {
        log.warn(
            "no session to {} at {}: {}", lun.target(), portals.get(i), failed.why().getMessage());
        dead.put(
            portals.get(i),
            Lack.perhaps(Cause.OTHER, portals.get(i) + ": " + failed.why().getMessage()));
      }
    }
  }

  private boolean login(Iqn target, Portal portal, Deadline deadline) {
    records.ensure(target, portal);
    try {
      steps.run("log in", step -> iscsiadm.login(step, target, portal, deadline));
    } catch (IscsiadmException e) {
      throw new NoPath(e.advice(), e);
    }
    return true;
  }

  private Map<Portal, Lack> probe(List<Portal> portals, Deadline deadline) {
    Deadline patience = deadline.atMost(PROBE);
    var tasks = new ArrayList<Callable<Optional<IOException>>>();
    portals.forEach(p -> tasks.add(() -> probe.whyDead(p, patience)));
    try (var nothing = new Hold(new NoLock())) {
      var outcomes =
          Parallel.race(
              "looking for the portal", nothing, tasks, Optional::isEmpty, ANSWER, patience);
      var dead = new LinkedHashMap<Portal, Lack>();
      for (int i = 0; i < portals.size(); i++) {
        Portal portal = portals.get(i);
        if (outcomes.get(i) instanceof Outcome.Done<Optional<IOException>> done) {
          done.value()
              .ifPresent(why -> dead.put(portal, Lack.of(diagnosis.noConnection(portal, why))));
        } else {
          dead.put(
              portal, Lack.perhaps(Cause.OTHER, "nobody answers at " + portal.endpoint() + " yet"));
        }
      }
      return dead;
    }
  }

  private static List<Portal> withoutSession(Lun lun, List<IscsiSession> all) {
    return lun.portals().stream()
        .filter(p -> all.stream().noneMatch(s -> s.through(lun.target(), p)))
        .toList();
  }

  /**
   * Logs out of sessions of ours that no device needs any more, and deletes their records. For a
   * target that devices were just removed from, the lock is waited for. The others are only looked
   * at for what a killed call left, and passed by where somebody works on them, or where it fails:
   * this detach has nothing to do with them.
   */
  void tidy(List<Iqn> left, Deadline deadline) {
    for (Iqn target : own.targets()) {
      if (plan(target).nothing()) {
        continue;
      }
      boolean wait = left.contains(target);
      try (var hold = alone(target, wait ? deadline : deadline.atMost(Duration.ZERO))) {
        LogoutPlan plan = plan(target);
        logout(plan, hold, deadline);
        plan.forget().forEach(p -> records.forget(target, p));
      } catch (Busy e) {
        if (wait) {
          throw e;
        }
        log.debug("target {} is at work, so it is not left over", target);
      } catch (BraidException e) {
        if (wait) {
          throw e;
        }
        log.warn("target {}: what is left of it stays for now: {}", target, e.messageAndCause());
      }
    }
  }

  private Hold alone(Iqn target, Deadline deadline) {
    strays.await(target, deadline);
    return new Hold(locks.exclusive(LockNames.target(target), "log out", deadline));
  }

  private LogoutPlan plan(Iqn target) {
    return LogoutPlan.of(target, own.of(target), sessions.all(), devices.addresses());
  }

  private void logout(LogoutPlan plan, Hold hold, Deadline deadline) {
    var tasks = new ArrayList<Callable<Boolean>>();
    for (IscsiSession session : plan.logout()) {
      tasks.add(
          () -> {
            try {
              steps.run("log out", step -> iscsiadm.logout(step, session.id(), deadline));
            } catch (IscsiadmException e) {
              throw new KernelRefused(e.advice(), e);
            }
            return true;
          });
    }
    List<Outcome<Boolean>> outcomes = Parallel.run("logging out", hold, tasks, deadline);
    List<IscsiSession> now = sessions.all();
    for (int i = 0; i < outcomes.size(); i++) {
      IscsiSession session = plan.logout().get(i);
      if (now.stream().anyMatch(s -> s.id() == session.id())) {
        throw new KernelRefused(
            session.describe()
                + " is still there after the logout"
                + (outcomes.get(i) instanceof Outcome.Failed<Boolean> f
                    ? ": " + f.why().getMessage()
                    : ""));
      }
    }
  }

  /** For what runs in parallel without protecting anything. */
  private static final class NoLock implements Lock {
    @Override
    public void share() {}

    @Override
    public void close() {}
  }
}
