package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.NoPath;
import dev.braid.base.step.Steps;
import dev.braid.initiator.Parallel.Outcome;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.iscsi.change.Iscsiadm;
import dev.braid.linux.iscsi.change.IscsiadmException;
import java.util.List;
import java.util.concurrent.Callable;

/** Ends one session and logs in through its portal anew, by the record as it is to be now. */
final class Relogin {

  private final OwnRecords records;
  private final IscsiSessions sessions;
  private final Iscsiadm iscsiadm;
  private final Steps steps;

  Relogin(OwnRecords records, IscsiSessions sessions, Iscsiadm iscsiadm, Steps steps) {
    this.records = records;
    this.sessions = sessions;
    this.iscsiadm = iscsiadm;
    this.steps = steps;
  }

  /**
   * The record first: killed anywhere in between, whoever logs in next does so by it.
   *
   * @param hold the target, held alone; kept until this is done, whatever the deadline
   * @throws NoPath if the session has gone and the login failed; {@link Rejoin} goes on trying
   */
  void renew(Iqn target, Portal portal, IscsiSession session, Hold hold, Deadline deadline) {
    Callable<Boolean> task =
        () -> {
          records.ensure(target, portal);
          logout(session, deadline);
          login(target, portal, deadline);
          return true;
        };
    if (Parallel.run("logging in anew", hold, List.of(task), deadline).get(0)
        instanceof Outcome.Failed<Boolean> failed) {
      throw failed.why();
    }
  }

  private void logout(IscsiSession session, Deadline deadline) {
    try {
      steps.run("log out", step -> iscsiadm.logout(step, session.id(), deadline));
    } catch (IscsiadmException e) {
      throw new KernelRefused(e.advice(), e);
    }
    if (sessions.all().stream().anyMatch(s -> s.id() == session.id())) {
      throw new KernelRefused(session.describe() + " is still there after the logout");
    }
  }

  private void login(Iqn target, Portal portal, Deadline deadline) {
    try {
      steps.run("log in", step -> iscsiadm.login(step, target, portal, deadline));
    } catch (IscsiadmException e) {
      throw new NoPath(e.advice(), e);
    }
  }
}
