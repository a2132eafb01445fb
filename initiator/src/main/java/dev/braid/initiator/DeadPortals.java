package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Portal;
import dev.braid.initiator.Parallel.Outcome;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * Tells which portals nobody answers at, before a login holds a target's lock for its whole
 * timeout. Asks all at once; takes no lock.
 */
final class DeadPortals {

  /** Longer than a lost first packet of a connection (its repetition comes after a second). */
  private static final Duration PROBE = Duration.ofSeconds(3);

  /** Those who answer at all do so within this once one has. */
  private static final Duration ANSWER = Duration.ofMillis(250);

  private final IscsiSessions sessions;
  private final PortalProbe probe;
  private final Diagnosis diagnosis;

  DeadPortals(IscsiSessions sessions, PortalProbe probe, Diagnosis diagnosis) {
    this.sessions = sessions;
    this.probe = probe;
    this.diagnosis = diagnosis;
  }

  /** Of the LUN's portals those without a session at which nobody answers, and why. */
  Map<Portal, Lack> of(Lun lun, Deadline deadline) {
    List<IscsiSession> now = sessions.all();
    return silent(
        lun.portals().stream()
            .filter(p -> now.stream().noneMatch(s -> s.through(lun.target(), p)))
            .toList(),
        deadline.atMost(PROBE));
  }

  private Map<Portal, Lack> silent(List<Portal> portals, Deadline patience) {
    var tasks = new ArrayList<Callable<Optional<IOException>>>();
    portals.forEach(p -> tasks.add(() -> probe.whyDead(p, patience)));
    try (var nothing = Hold.ofNothing()) {
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
}
