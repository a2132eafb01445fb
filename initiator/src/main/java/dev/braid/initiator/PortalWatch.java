package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.Wwid;
import dev.braid.base.metric.Counter;
import dev.braid.base.metric.Metrics;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows of each portal that attached LUNs have whether its session works, since when not, and why.
 * What it knows is as old as its last look; {@link #of} may be asked by any thread.
 */
final class PortalWatch {

  private static final Logger log = LoggerFactory.getLogger(PortalWatch.class);

  /** A cause may change while a portal is away: a cable is put back, and then the login refused. */
  private static final Duration AGAIN = Duration.ofMinutes(1);

  private final IscsiSessions sessions;
  private final Reasons reasons;
  private final Clock clock;
  private final Counter failures;
  private final Map<Way, Trouble> troubles = new ConcurrentHashMap<>();

  /** When it was last found out whether large packets get lost on a way whose session is up. */
  private final Map<Way, Instant> asked = new HashMap<>();

  /** Whose ways they were at the last look. */
  private volatile Map<Way, Set<Wwid>> used = Map.of();

  /** Of those, who was detached since. */
  private final Set<Wwid> detached = ConcurrentHashMap.newKeySet();

  PortalWatch(IscsiSessions sessions, Reasons reasons, Clock clock, Metrics metrics) {
    this.sessions = sessions;
    this.reasons = reasons;
    this.clock = clock;
    this.failures =
        metrics.counter(
            "braid_session_failures_total",
            "Portals of attached volumes whose session was found not to work, and why.",
            "cause");
  }

  /** A target through a portal. */
  record Way(Iqn target, Portal portal) {
    @Override
    public String toString() {
      return target + " at " + portal;
    }
  }

  /**
   * What is wrong with a way.
   *
   * @param since it was first seen so
   * @param looked when its cause was last looked into
   */
  record Trouble(Lack lack, Instant since, Instant looked) {
    String text() {
      return lack.why() + " (since " + since.truncatedTo(ChronoUnit.SECONDS) + ")";
    }
  }

  Optional<Trouble> of(Iqn target, Portal portal) {
    var way = new Way(target, portal);
    return isOver(way) ? Optional.empty() : Optional.ofNullable(troubles.get(way));
  }

  /** What is wrong with the way that a session came by. */
  Optional<Trouble> of(IscsiSession session) {
    return standing()
        .filter(e -> session.through(e.getKey().target(), e.getKey().portal()))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  Collection<Trouble> all() {
    return standing().map(Map.Entry::getValue).toList();
  }

  private Stream<Map.Entry<Way, Trouble>> standing() {
    return troubles.entrySet().stream().filter(e -> !isOver(e.getKey()));
  }

  /**
   * This LUN has left its portals. What was found of one is not said of a LUN that comes to it when
   * all those are gone with whom it was found: it may be mended long since, or broken otherwise.
   */
  void detached(Wwid wwid) {
    detached.add(wwid);
  }

  /**
   * Looks at the portals of these LUNs, and forgets others. Not for several threads at once.
   *
   * @param failing the ways by which device-mapper sends no I/O to one of the LUNs
   */
  void look(Collection<Lun> attached, Set<Way> failing, Deadline deadline) {
    Map<Way, Set<Wwid>> ways = ways(attached);
    Set<Wwid> gone = Set.copyOf(detached);
    troubles.keySet().removeIf(way -> isAnew(way, ways));
    asked.keySet().removeIf(way -> isAnew(way, ways));
    used = ways;
    detached.removeAll(gone);
    List<IscsiSession> now = sessions.all();
    ways.keySet().forEach(way -> look(way, now, failing.contains(way), deadline));
  }

  private static Map<Way, Set<Wwid>> ways(Collection<Lun> attached) {
    var ways = new LinkedHashMap<Way, Set<Wwid>>();
    for (Lun lun : attached) {
      for (Portal portal : lun.portals()) {
        ways.computeIfAbsent(new Way(lun.target(), portal), w -> new HashSet<>()).add(lun.wwid());
      }
    }
    return ways;
  }

  private boolean isAnew(Way way, Map<Way, Set<Wwid>> ways) {
    return isOver(way)
        || Collections.disjoint(used.getOrDefault(way, Set.of()), ways.getOrDefault(way, Set.of()));
  }

  /** Whether all that used it at the last look were detached since. */
  private boolean isOver(Way way) {
    return detached.containsAll(used.getOrDefault(way, Set.of()));
  }

  private void look(Way way, List<IscsiSession> now, boolean isFailing, Deadline deadline) {
    List<IscsiSession> through =
        now.stream().filter(s -> s.through(way.target(), way.portal())).toList();
    Trouble before = troubles.get(way);
    Instant at = clock.instant();
    if (through.stream().anyMatch(IscsiSession::up)) {
      if (!isFailing || !losesLarge(way, before, at, deadline)) {
        worksAgain(way);
      }
    } else if (before == null || !isRecent(before.looked(), at)) {
      put(way, why(way, through, deadline), before, at);
    }
  }

  /**
   * Whether large packets are what gets lost on a way whose session is up. All else that fails a
   * LUN's path over it is that LUN's.
   */
  private boolean losesLarge(Way way, @Nullable Trouble before, Instant at, Deadline deadline) {
    Instant looked = before != null && before.lack().cause() == Cause.MTU ? before.looked() : null;
    boolean did = looked != null;
    if (isRecent(looked, at) || isRecent(asked.get(way), at)) {
      return did;
    }
    if (deadline.passed()) {
      return did; // nobody could be asked
    }
    asked.put(way, at);
    PacketSize.Answer answer = reasons.large(way.portal(), deadline);
    if (answer instanceof PacketSize.Answer.Lost lost) {
      put(way, Lack.of(lost.finding()), before, at);
      return true;
    }
    return answer instanceof PacketSize.Answer.Unknown && did;
  }

  private void worksAgain(Way way) {
    Trouble before = troubles.remove(way);
    if (before != null) {
      log.info("{} works again; it did not since {}", way, before.since());
    }
  }

  private static boolean isRecent(@Nullable Instant then, Instant at) {
    return then != null && Duration.between(then, at).abs().compareTo(AGAIN) < 0;
  }

  private void put(Way way, Lack lack, @Nullable Trouble before, Instant at) {
    if (before == null || before.lack().cause() != lack.cause()) {
      failures.add(1, lack.cause().label());
    }
    if (before == null || !before.lack().why().equals(lack.why())) {
      log.warn("{} does not work ({}): {}", way, lack.cause().label(), lack.why());
    }
    troubles.put(way, new Trouble(lack, before == null ? at : before.since(), at));
  }

  private Lack why(Way way, List<IscsiSession> through, Deadline deadline) {
    Lack seen = reasons.seen(way.portal(), through);
    return reasons
        .explained(way.target(), Map.of(way.portal(), seen), deadline)
        .getOrDefault(way.portal(), seen);
  }
}
