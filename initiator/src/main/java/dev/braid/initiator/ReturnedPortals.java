package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Portal;
import dev.braid.base.Ticker;
import dev.braid.initiator.Parallel.Outcome;
import dev.braid.initiator.PortalWatch.Way;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * Which portals without a session are worth a login that no call asks for. A login has the target
 * to itself until its end, and every attach and detach there waits behind it: for one that takes
 * connections and hangs, its whole timeout. So a portal is first asked, without any lock, whether
 * it would let this host in. Where a login fails all the same, the next one comes later and later:
 * about as late again as they have failed by then, and five minutes at most. One that this host
 * failed to send has nobody wait, and is tried again at the next look.
 *
 * <p>Not for several threads.
 */
final class ReturnedPortals {

  /** Longer than the check's own patience with the other side. */
  private static final Duration ASK = Duration.ofSeconds(5);

  static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
  static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  /** Refused so often in a row, a portal that lets in again was mended: its past is no guide. */
  private static final int MENDED = 2;

  private final IscsiSessions sessions;
  private final LoginCheck check;
  private final Ticker ticker;
  private final Map<Way, Failing> failing = new HashMap<>();

  /**
   * Logins that failed, though the portal would have let this host in.
   *
   * @param since the last of them
   * @param pause until the next one
   * @param refusals how often in a row it has not let this host in since
   */
  private record Failing(long since, Duration pause, int refusals) {

    Failing again(long now) {
      Duration longer = pause.multipliedBy(2);
      return new Failing(now, longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE, 0);
    }

    Failing refused(int times) {
      return new Failing(since, pause, times);
    }
  }

  ReturnedPortals(IscsiSessions sessions, LoginCheck check, Ticker ticker) {
    this.sessions = sessions;
    this.check = check;
    this.ticker = ticker;
  }

  /**
   * The LUN's portals that have a session that is up, or none, and would let this host in, and
   * whose turn it is. One whose session is being made, or made anew, is left to iscsid.
   */
  List<Portal> of(Lun lun, Deadline deadline) {
    List<IscsiSession> now = sessions.all();
    List<Portal> up = lun.portals().stream().filter(p -> isUp(lun, p, now)).toList();
    up.forEach(portal -> failing.remove(way(lun, portal)));
    List<Portal> without =
        lun.portals().stream()
            .filter(p -> now.stream().noneMatch(s -> s.through(lun.target(), p)))
            .toList();
    Set<Portal> open = letIn(lun, without, deadline);
    without.forEach(portal -> note(way(lun, portal), open.contains(portal)));
    return lun.portals().stream()
        .filter(p -> up.contains(p) || (open.contains(p) && isItsTurn(way(lun, p))))
        .toList();
  }

  /**
   * A try has ended; whether it brought sessions, the kernel tells.
   *
   * @param portals that were tried, without those whose login failed on this host: once it is
   *     mended, their paths are not to wait
   */
  void tried(Lun lun, Collection<Portal> portals) {
    List<IscsiSession> now = sessions.all();
    for (Portal portal : portals) {
      if (!isUp(lun, portal, now)) {
        failing.compute(
            way(lun, portal),
            (way, before) ->
                before == null
                    ? new Failing(ticker.nanos(), FIRST_PAUSE, 0)
                    : before.again(ticker.nanos()));
      }
    }
  }

  /** Of portals that no LUN lacks any more nothing is kept. */
  void forgetAllBut(Collection<Lun> lacking) {
    Set<Way> ways = new HashSet<>();
    lacking.forEach(lun -> lun.portals().forEach(portal -> ways.add(way(lun, portal))));
    failing.keySet().retainAll(ways);
  }

  private Set<Portal> letIn(Lun lun, List<Portal> portals, Deadline deadline) {
    Deadline patience = deadline.atMost(ASK);
    var tasks = new ArrayList<Callable<Boolean>>();
    portals.forEach(p -> tasks.add(() -> check.letsIn(lun.target(), p, patience)));
    var open = new HashSet<Portal>();
    var outcomes = Parallel.look("asking for a login", tasks, patience);
    for (int i = 0; i < portals.size(); i++) {
      // Why one did not answer is PortalWatch's to find out, and to say.
      if (outcomes.get(i) instanceof Outcome.Done<Boolean> done && done.value()) {
        open.add(portals.get(i));
      }
    }
    return open;
  }

  private void note(Way way, boolean letsIn) {
    failing.computeIfPresent(
        way,
        (same, before) -> {
          int refusals = letsIn ? 0 : before.refusals() + 1;
          return refusals < MENDED ? before.refused(refusals) : null;
        });
  }

  private boolean isItsTurn(Way way) {
    Failing before = failing.get(way);
    return before == null || ticker.nanos() - before.since() >= before.pause().toNanos();
  }

  private static boolean isUp(Lun lun, Portal portal, List<IscsiSession> now) {
    return now.stream().anyMatch(s -> s.up() && s.through(lun.target(), portal));
  }

  private static Way way(Lun lun, Portal portal) {
    return new Way(lun.target(), portal);
  }
}
