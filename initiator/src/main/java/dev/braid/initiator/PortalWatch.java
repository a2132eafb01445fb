package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.metric.Counter;
import dev.braid.base.metric.Metrics;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
    return Optional.ofNullable(troubles.get(new Way(target, portal)));
  }

  /** What is wrong with the way that a session came by. */
  Optional<Trouble> of(IscsiSession session) {
    return troubles.entrySet().stream()
        .filter(e -> session.through(e.getKey().target(), e.getKey().portal()))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  Collection<Trouble> all() {
    return List.copyOf(troubles.values());
  }

  /**
   * Looks at the portals of these LUNs, and forgets others. Not for several threads at once.
   *
   * @param failing the ways by which device-mapper sends no I/O to one of the LUNs
   */
  void look(Collection<Lun> attached, Set<Way> failing, Deadline deadline) {
    Set<Way> ways = new LinkedHashSet<>();
    attached.forEach(lun -> lun.portals().forEach(p -> ways.add(new Way(lun.target(), p))));
    troubles.keySet().retainAll(ways);
    List<IscsiSession> now = sessions.all();
    ways.forEach(way -> look(way, now, failing.contains(way), deadline));
  }

  private void look(Way way, List<IscsiSession> now, boolean isFailing, Deadline deadline) {
    List<IscsiSession> through =
        now.stream().filter(s -> s.through(way.target(), way.portal())).toList();
    Trouble before = troubles.get(way);
    boolean isUp = through.stream().anyMatch(IscsiSession::up);
    Instant at = clock.instant();
    boolean isKnown =
        before != null && Duration.between(before.looked(), at).abs().compareTo(AGAIN) < 0;
    if (isKnown && (!isUp || isFailing)) {
      return;
    }
    // What fails one LUN's path over a session that is up is that LUN's, but for this.
    Optional<Lack> found =
        isUp
            ? Optional.of(way.portal())
                .filter(portal -> isFailing)
                .flatMap(portal -> reasons.tooLarge(portal, deadline))
            : Optional.of(why(way, through, deadline));
    if (found.isEmpty()) {
      if (troubles.remove(way) != null && before != null) {
        log.info("{} works again; it did not since {}", way, before.since());
      }
      return;
    }
    Lack lack = found.get();
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
