package dev.braid.linux.iscsi.change;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.step.Step;
import dev.braid.linux.exec.Exec;
import java.util.List;

/**
 * The one class that runs iscsiadm. One portal at a time, always named in full with its tag: an
 * argument left out would mean "all of them". Nothing secret is ever among the arguments (rule 20).
 */
public final class Iscsiadm {

  private final Exec exec;
  private final RecordLock lock;
  private final String program;

  public Iscsiadm(Exec exec, RecordLock lock) {
    this(exec, lock, "iscsiadm");
  }

  /**
   * @param program its name or path on this host
   */
  public Iscsiadm(Exec exec, RecordLock lock, String program) {
    this.exec = exec;
    this.lock = lock;
    this.program = program;
  }

  /**
   * Logs in through one portal, for which there is a record, and waits until the session is up.
   *
   * @return whether this did it; otherwise there is a session already, or iscsid is at its login
   */
  public boolean login(Step step, Iqn target, Portal portal, Deadline deadline)
      throws IscsiadmException {
    Exec.Result result =
        exec(
            step,
            List.of(
                program, "-m", "node", "-T", target.name(), "-p", portal.toString(), "--login"),
            deadline);
    IscsiadmError error = IscsiadmError.of(result.exit());
    if (!result.ok() && error != IscsiadmError.SESSION_EXISTS) {
      throw new IscsiadmException(error, result.describe());
    }
    return result.ok();
  }

  /**
   * Ends one session, by its number: a portal may have several and each is looked at for itself.
   * One that is not there has ended already.
   */
  public void logout(Step step, int session, Deadline deadline) throws IscsiadmException {
    List<String> argv = List.of(program, "-m", "session", "-r", Integer.toString(session), "-u");
    Exec.Result result = exec(step, argv, deadline);
    IscsiadmError error = IscsiadmError.of(result.exit());
    if (!result.ok()
        && error != IscsiadmError.NO_OBJECTS
        && error != IscsiadmError.SESSION_NOT_FOUND) {
      throw new IscsiadmException(error, result.describe());
    }
  }

  private Exec.Result exec(Step step, List<String> argv, Deadline deadline) {
    lock.clear(step, deadline);
    return exec.run(argv, deadline);
  }
}
