package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.NoPath;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Step;
import dev.braid.base.step.Steps;
import dev.braid.initiator.Parallel.Outcome;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.iscsi.change.Iscsiadm;
import dev.braid.linux.iscsi.change.IscsiadmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs in, through several portals at once; by one process each. */
final class Logins {

  private static final Logger log = LoggerFactory.getLogger(Logins.class);

  /**
   * So much later than another's a login may be done: only portals that answer are tried, and a
   * volume with one path of two is worse than one that comes a little later.
   */
  private static final Duration SLOWER = Duration.ofSeconds(5);

  /** More than open-iscsi's own login timeout, which tells better what went wrong. */
  private static final Duration LOGIN = Duration.ofSeconds(15);

  private final IscsiSessions sessions;
  private final OwnPortals own;
  private final OwnRecords records;
  private final Iscsiadm iscsiadm;
  private final Steps steps;

  Logins(
      IscsiSessions sessions, OwnPortals own, OwnRecords records, Iscsiadm iscsiadm, Steps steps) {
    this.sessions = sessions;
    this.own = own;
    this.records = records;
    this.iscsiadm = iscsiadm;
    this.steps = steps;
  }

  /**
   * @param hold of the target, alone; each login keeps it until its end
   * @return why there is no session, of each portal where the login failed or goes on
   */
  Map<Portal, Lack> through(Iqn target, List<Portal> portals, Hold hold, Deadline deadline) {
    Deadline patience = deadline.atMost(LOGIN);
    var tasks = new ArrayList<Callable<Boolean>>();
    for (Portal portal : portals) {
      tasks.add(() -> login(target, portal, patience));
    }
    List<Outcome<Boolean>> outcomes =
        Parallel.race("logging in", hold, tasks, done -> true, SLOWER, patience);
    var failed = new LinkedHashMap<Portal, Lack>();
    for (int i = 0; i < portals.size(); i++) {
      if (outcomes.get(i) instanceof Outcome.Failed<Boolean> failure) {
        Portal portal = portals.get(i);
        String why = failure.why().getMessage();
        log.warn("no session to {} at {}: {}", target, portal, why);
        failed.put(portal, lack(portal + ": " + why, failure.why()));
      }
    }
    return failed;
  }

  private static Lack lack(String text, BraidException why) {
    boolean ofThisHost =
        why instanceof KernelRefused
            || why instanceof Refused
            || (why.getCause() instanceof IscsiadmException said && said.error().ofThisHost());
    return ofThisHost ? Lack.ofThisHost(text) : Lack.perhaps(Cause.OTHER, text);
  }

  private boolean login(Iqn target, Portal portal, Deadline deadline) {
    await(target, portal, through -> through.stream().noneMatch(sessions::beingMade), deadline);
    if (sessions.through(target, portal).isEmpty()) {
      records.ensure(target, portal);
      try {
        steps.run("log in", step -> login(step, target, portal, deadline));
      } catch (IscsiadmException e) {
        throw new NoPath(e.advice(), e);
      }
    }
    return true;
  }

  private void login(Step step, Iqn target, Portal portal, Deadline deadline)
      throws IscsiadmException {
    own.beginLogin(step, target, portal);
    try {
      if (!iscsiadm.login(step, target, portal, deadline)) {
        await(target, portal, t -> t.stream().anyMatch(IscsiSession::up), deadline);
      }
      own.endLogin(step, target, portal);
    } catch (IscsiadmException e) {
      if (e.error().over()) {
        own.endLogin(step, target, portal);
      }
      throw e;
    }
  }

  /** For a login of which no process of ours tells: that of a call that was killed. */
  private void await(
      Iqn target, Portal portal, Predicate<List<IscsiSession>> settled, Deadline deadline) {
    var pause = new Backoff();
    while (!settled.test(sessions.through(target, portal))) {
      if (deadline.passed()) {
        throw new NoPath("iscsid is at a login there since before this call, and not done with it");
      }
      pause.await(deadline);
    }
  }
}
