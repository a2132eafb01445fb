package dev.braid.linux.systemd.change;

import dev.braid.base.Deadline;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Step;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.systemd.SystemctlCommand;

/** Has the host's systemd do something. Whether it did is to be asked afterwards. */
public final class Systemctl {

  private final Exec exec;

  public Systemctl(Exec exec) {
    this.exec = exec;
  }

  /** Reads the files of all units anew. */
  public void reload(Step step, Deadline deadline) {
    tell(deadline, "daemon-reload");
  }

  public void start(Step step, String unit, Deadline deadline) {
    tell(deadline, "start", unit);
  }

  public void stop(Step step, String unit, Deadline deadline) {
    tell(deadline, "stop", unit);
  }

  private void tell(Deadline deadline, String... arguments) {
    Exec.Result result = exec.run(SystemctlCommand.argv(arguments), deadline);
    if (!result.ok()) {
      throw new KernelRefused("systemd refused: " + result.describe());
    }
  }
}
