package dev.braid.linux.iscsi.change;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.step.Step;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.iscsi.NodeRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The one class that runs iscsiadm. One portal at a time, always named in full with its tag: an
 * argument left out would mean "all of them". Nothing secret is ever among the arguments (rule 20).
 */
public final class Iscsiadm {

  /** More than a program needs to begin on a slow host. */
  private static final Duration FOLDER = Duration.ofSeconds(3);

  private final Exec exec;
  private final RecordLock records;
  private final String program;

  /**
   * After a boot, the first iscsiadm makes the folder of its lock; of two at once, the slower one
   * fails for finding it there, and a path would be missing. So the first one of this process runs
   * alone.
   */
  private final ReentrantLock alone = new ReentrantLock();

  private volatile boolean hasRun;

  public Iscsiadm(Exec exec, RecordLock records) {
    this(exec, records, "iscsiadm");
  }

  /**
   * @param program its name or path on this host
   */
  public Iscsiadm(Exec exec, RecordLock records, String program) {
    this.exec = exec;
    this.records = records;
    this.program = program;
  }

  /**
   * Makes a record, or begins one anew with the host's defaults. It is not fit for a login until
   * {@link #update} has been through: the defaults scan by themselves.
   */
  public void create(Step step, Iqn target, Portal portal, Deadline deadline)
      throws IscsiadmException {
    run(step, node(target, portal, "-o", "new"), deadline);
  }

  /** Sets the fields of a record, all in one run. */
  public void update(Step step, Iqn target, Portal portal, NodeRecord record, Deadline deadline)
      throws IscsiadmException {
    var argv = new ArrayList<>(node(target, portal, "-o", "update"));
    record
        .fields()
        .forEach(
            (name, value) -> {
              argv.add("-n");
              argv.add(name);
              argv.add("-v");
              argv.add(value);
            });
    run(step, argv, deadline);
  }

  /** Removes a record; one that is not there is removed already. */
  public void delete(Step step, Iqn target, Portal portal, Deadline deadline)
      throws IscsiadmException {
    runUnless(step, IscsiadmError.NO_OBJECTS, node(target, portal, "-o", "delete"), deadline);
  }

  /**
   * Logs in through one portal and waits until the session is up. A session that is there already
   * is what was wanted.
   */
  public void login(Step step, Iqn target, Portal portal, Deadline deadline)
      throws IscsiadmException {
    runUnless(step, IscsiadmError.SESSION_EXISTS, node(target, portal, "--login"), deadline);
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

  private List<String> node(Iqn target, Portal portal, String... what) {
    var argv =
        new ArrayList<>(
            List.of(program, "-m", "node", "-T", target.name(), "-p", portal.toString()));
    argv.addAll(List.of(what));
    return argv;
  }

  private void run(Step step, List<String> argv, Deadline deadline) throws IscsiadmException {
    Exec.Result result = exec(step, argv, deadline);
    if (!result.ok()) {
      throw new IscsiadmException(IscsiadmError.of(result.exit()), result.describe());
    }
  }

  private Exec.Result exec(Step step, List<String> argv, Deadline deadline) {
    records.clear(step, deadline);
    if (!hasRun && myTurn(deadline)) {
      try {
        if (!hasRun) {
          Exec.Result result = exec.run(argv, deadline);
          hasRun = true;
          return result;
        }
      } finally {
        alone.unlock();
      }
    }
    return exec.run(argv, deadline);
  }

  /** False where the first one takes longer: it hangs at a portal, and made its folder long ago. */
  private boolean myTurn(Deadline deadline) {
    try {
      return alone.tryLock(deadline.atMost(FOLDER).left().toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DeadlinePassed("waiting for the first iscsiadm; the call was ended", e);
    }
  }

  private void runUnless(Step step, IscsiadmError fine, List<String> argv, Deadline deadline)
      throws IscsiadmException {
    try {
      run(step, argv, deadline);
    } catch (IscsiadmException e) {
      if (e.error() != fine) {
        throw e;
      }
    }
  }
}
