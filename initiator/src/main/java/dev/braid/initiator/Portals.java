package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Portal;
import dev.braid.base.error.NoPath;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.lock.Lock;
import dev.braid.linux.lock.Locks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The sessions that an attach needs, held so that nobody ends them meanwhile (rule 12). */
final class Portals {

  private final IscsiSessions sessions;
  private final DeadPortals deadPortals;
  private final Logins logins;
  private final Reasons reasons;
  private final Strays strays;
  private final Locks locks;

  Portals(
      IscsiSessions sessions,
      DeadPortals deadPortals,
      Logins logins,
      Reasons reasons,
      Strays strays,
      Locks locks) {
    this.sessions = sessions;
    this.deadPortals = deadPortals;
    this.logins = logins;
    this.reasons = reasons;
    this.strays = strays;
    this.locks = locks;
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

    /** The portals that have none, but for what failed on this host. */
    private List<Portal> failed() {
      return without.entrySet().stream()
          .filter(one -> !one.getValue().ofThisHost())
          .map(Map.Entry::getKey)
          .toList();
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
    return reach(lun, deadline, failed -> {});
  }

  /**
   * Logs in where there is no session yet, through all portals at once, and waits for the others no
   * longer once one is up.
   *
   * @param failed is told of the portals that have no session then, but of none where the login
   *     failed on this host: that says nothing of the portal
   * @throws NoPath saying of each portal why, if none has a session
   */
  Way reach(Lun lun, Deadline deadline, Consumer<List<Portal>> failed) {
    strays.await(lun.target(), deadline);
    Map<Portal, Lack> dead = deadPortals.of(lun, deadline);
    boolean mayLogIn = wanting(lun).stream().anyMatch(p -> !dead.containsKey(p));
    String name = LockNames.target(lun.target());
    Lock lock =
        mayLogIn
            ? locks.exclusive(name, "log in", deadline)
            : locks.shared(name, "use the sessions", deadline);
    Way way = mayLogIn ? login(lun, dead, lock, deadline) : use(lun, lock, dead);
    failed.accept(way.failed());
    if (way.up().isEmpty()) {
      way.close();
      throw new NoPath(
          "no portal of target "
              + lun.target()
              + " can be used: "
              + Reasons.text(reasons.explained(lun.target(), way.without(), deadline)));
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
          // Looked at again under the lock: another attach may have logged in meanwhile.
          List<Portal> portals = wanting(lun).stream().filter(p -> !dead.containsKey(p)).toList();
          var without = new LinkedHashMap<>(dead);
          without.putAll(logins.through(lun.target(), portals, hold, deadline));
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
        without.putIfAbsent(portal, reasons.seen(portal, through));
      } else {
        without.put(portal, reasons.seen(portal, through));
      }
    }
    return new Way(hold, up, without);
  }

  /** Those without a session, or with one that is only being made, as after a killed login. */
  private List<Portal> wanting(Lun lun) {
    List<IscsiSession> now = sessions.all();
    return lun.portals().stream()
        .filter(
            p -> now.stream().filter(s -> s.through(lun.target(), p)).allMatch(sessions::beingMade))
        .toList();
  }
}
