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
import java.util.List;
import java.util.concurrent.Callable;

/** Logs out of sessions, all at once, and proves that they are gone. */
final class Logouts {

  /** More than open-iscsi's login timeout. */
  private static final Duration LOGIN = Duration.ofSeconds(15);

  private final IscsiSessions sessions;
  private final Iscsiadm iscsiadm;
  private final Steps steps;

  Logouts(IscsiSessions sessions, Iscsiadm iscsiadm, Steps steps) {
    this.sessions = sessions;
    this.iscsiadm = iscsiadm;
    this.steps = steps;
  }

  /**
   * @param hold of their target, alone; each logout keeps it until its end
   * @throws KernelRefused naming one that is still there
   */
  void of(List<IscsiSession> ending, Hold hold, Deadline deadline) {
    var tasks = new ArrayList<Callable<Boolean>>();
    for (IscsiSession session : ending) {
      tasks.add(() -> logout(session, deadline));
    }
    List<Outcome<Boolean>> outcomes = Parallel.run("logging out", hold, tasks, deadline);
    List<IscsiSession> now = sessions.all();
    for (int i = 0; i < outcomes.size(); i++) {
      IscsiSession session = ending.get(i);
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

  private boolean logout(IscsiSession session, Deadline deadline) {
    Deadline patience = deadline.atMost(LOGIN);
    var pause = new Backoff();
    boolean made = false;
    while (true) {
      made |= beingMade(session);
      try {
        steps.run("log out", step -> iscsiadm.logout(step, session.id(), deadline));
        return true;
      } catch (IscsiadmException e) {
        // iscsid ends no session whose first login it is at; it gives up by its own timeout.
        if (!made || e.error() != IscsiadmError.INTERNAL || patience.passed()) {
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
    return sessions.all().stream().anyMatch(s -> s.id() == session.id() && sessions.beingMade(s));
  }
}
