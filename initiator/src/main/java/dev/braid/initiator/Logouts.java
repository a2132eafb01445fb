package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Steps;
import dev.braid.initiator.Parallel.Outcome;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.iscsi.change.Iscsiadm;
import dev.braid.linux.iscsi.change.IscsiadmException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Logs out of sessions, all at once, and proves that they are gone. */
final class Logouts {

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
    try {
      steps.run("log out", step -> iscsiadm.logout(step, session.id(), deadline));
    } catch (IscsiadmException e) {
      throw new KernelRefused(e.advice(), e);
    }
    return true;
  }
}
