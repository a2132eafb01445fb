package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
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
  private final Map<Way, Trouble> troubles = new ConcurrentHashMap<>();

  PortalWatch(IscsiSessions sessions, Reasons reasons, Clock clock) {
    this.sessions = sessions;
    this.reasons = reasons;
    this.clock = clock;
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

  /** Looks at the portals of these LUNs, and forgets others. Not for several threads at once. */
  void look(Collection<Lun> attached, Deadline deadline) {
    Set<Way> ways = new LinkedHashSet<>();
    attached.forEach(lun -> lun.portals().forEach(p -> ways.add(new Way(lun.target(), p))));
    troubles.keySet().retainAll(ways);
    List<IscsiSession> now = sessions.all();
    ways.forEach(way -> look(way, now, deadline));
  }

  private void look(Way way, List<IscsiSession> now, Deadline deadline) {
    List<IscsiSession> through =
        now.stream().filter(s -> s.through(way.target(), way.portal())).toList();
    Trouble before = troubles.get(way);
    if (through.stream().anyMatch(IscsiSession::up)) {
      if (troubles.remove(way) != null && before != null) {
        log.info("{} works again; it did not since {}", way, before.since());
      }
      return;
    }
    Instant at = clock.instant();
    if (before != null && before.looked().plus(AGAIN).isAfter(at)) {
      return;
    }
    Lack seen = reasons.seen(way.portal(), through);
    Lack lack =
        reasons
            .explained(way.target(), Map.of(way.portal(), seen), deadline)
            .getOrDefault(way.portal(), seen);
    if (before == null || !before.lack().why().equals(lack.why())) {
      log.warn("{} does not work ({}): {}", way, lack.cause().label(), lack.why());
    }
    troubles.put(way, new Trouble(lack, before == null ? at : before.since(), at));
  }
}
