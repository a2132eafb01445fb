package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Steps;
import dev.braid.initiator.Parallel.Outcome;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.iscsi.change.Iscsiadm;
import dev.braid.linux.iscsi.change.IscsiadmError;
import dev.braid.linux.iscsi.change.IscsiadmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs out of sessions, all at once, and looks whether they are gone.
 *
 * <p>One that is lost may not go: an iscsid that was started anew while a portal is dead is at its
 * login again as long as that stays so. It ends neither this session meanwhile, nor those behind it
 * in its line, which it does not know yet.
 */
final class Logouts {

  private static final Logger log = LoggerFactory.getLogger(Logouts.class);

  /** More than open-iscsi's login timeout. */
  private static final Duration LOGIN = Duration.ofSeconds(15);

  private static final Set<IscsiadmError> AT_LOGIN =
      EnumSet.of(IscsiadmError.INTERNAL, IscsiadmError.NOT_CONNECTED);

  private final IscsiSessions sessions;
  private final Iscsiadm iscsiadm;
  private final Steps steps;

  Logouts(IscsiSessions sessions, Iscsiadm iscsiadm, Steps steps) {
    this.sessions = sessions;
    this.iscsiadm = iscsiadm;
    this.steps = steps;
  }

  /**
   * @param hold of its target, alone; the logout keeps it until its end
   * @throws KernelRefused if it is still there
   */
  void of(IscsiSession session, Hold hold, Deadline deadline) {
    if (!of(List.of(session), hold, deadline).isEmpty()) {
      throw stays(session, "iscsid cannot end it now");
    }
  }

  /**
   * @param hold of their target, alone; each logout keeps it until its end
   * @return those that iscsid cannot end now, though it was asked and answers
   * @throws KernelRefused naming another one that is still there
   */
  List<IscsiSession> of(List<IscsiSession> ending, Hold hold, Deadline deadline) {
    var tasks = new ArrayList<Callable<Boolean>>();
    for (IscsiSession session : ending) {
      tasks.add(() -> logout(session, deadline));
    }
    List<Outcome<Boolean>> outcomes = Parallel.run("logging out", hold, tasks, deadline);
    var staying = new ArrayList<IscsiSession>();
    for (int i = 0; i < outcomes.size(); i++) {
      IscsiSession session = ending.get(i);
      if (!sessions.has(session)) {
        continue;
      }
      if (outcomes.get(i) instanceof Outcome.Failed<Boolean> failed) {
        throw stays(session, failed.why().messageAndCause());
      }
      staying.add(session);
    }
    return staying;
  }

  private static KernelRefused stays(IscsiSession session, String why) {
    return new KernelRefused(session.describe() + " is still there after the logout: " + why);
  }

  /**
   * @return whether iscsid ended it, or does not know it
   */
  private boolean logout(IscsiSession session, Deadline deadline) {
    Deadline patience = deadline.atMost(LOGIN);
    var pause = new Backoff();
    while (true) {
      try {
        steps.run("log out", step -> iscsiadm.logout(step, session.id(), deadline));
        return true;
      } catch (IscsiadmException e) {
        if (AT_LOGIN.contains(e.error()) && isLost(session)) {
          log.debug("{} stays: {}", session.describe(), e.advice());
          return false;
        }
        // iscsid ends no session whose login it is at. At the first one it gives up by its own
        // timeout, and one whose portal answers is done soon.
        if (!AT_LOGIN.contains(e.error()) || patience.passed()) {
          throw new KernelRefused(e.advice(), e);
        }
      }
      awaitLogin(session, patience);
      // The kernel shows a login as done a moment before iscsid is done with it.
      pause.await(patience);
    }
  }

  private void awaitLogin(IscsiSession session, Deadline deadline) {
    var pause = new Backoff();
    while (!deadline.passed() && beingMade(session)) {
      pause.await(deadline);
    }
  }

  private boolean beingMade(IscsiSession session) {
    return now(session).filter(sessions::beingMade).isPresent();
  }

  private boolean isLost(IscsiSession session) {
    return now(session).filter(s -> !s.up() && !sessions.beingMade(s)).isPresent();
  }

  private Optional<IscsiSession> now(IscsiSession session) {
    return sessions.all().stream().filter(s -> s.id() == session.id()).findFirst();
  }
}
