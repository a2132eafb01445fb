package dev.braid.linux.systemd.change;

import dev.braid.base.Deadline;
import dev.braid.base.step.Step;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.systemd.SystemctlCommand;

/** Has the host's systemd do something. Whether it did is to be asked afterwards. */
public final class Systemctl {

  private final SystemctlCommand systemctl;

  public Systemctl(Exec exec) {
    this.systemctl = new SystemctlCommand(exec);
  }

  /** Reads the files of all units anew. */
  public void reload(Step step, Deadline deadline) {
    systemctl.tell(deadline, "daemon-reload");
  }

  public void start(Step step, String unit, Deadline deadline) {
    systemctl.tell(deadline, "start", unit);
  }

  public void stop(Step step, String unit, Deadline deadline) {
    systemctl.tell(deadline, "stop", unit);
  }
}
