package dev.braid.linux.systemd;

import dev.braid.base.Deadline;
import dev.braid.linux.exec.Exec;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the host's systemd says. */
public final class Systemd {

  /** Units that are gone after a reboot; there only where systemd is process 1. */
  private final Path units;

  private final Exec exec;

  /**
   * @param units {@code /run/systemd/system} of the host
   */
  public Systemd(Path units, Exec exec) {
    this.units = units;
    this.exec = exec;
  }

  /** Whether this host runs it: the sign is the one that {@code sd_booted(3)} names. */
  public boolean runs() {
    return Files.isDirectory(units);
  }

  public boolean active(String unit, Deadline deadline) {
    return exec.run(SystemctlCommand.argv("is-active", "--quiet", unit), deadline).ok();
  }

  /** Whether the host is about to shut down: then nothing is to be started. */
  public boolean stopping(Deadline deadline) {
    return exec.run(SystemctlCommand.argv("is-system-running"), deadline)
        .stdout()
        .strip()
        .equals("stopping");
  }
}
