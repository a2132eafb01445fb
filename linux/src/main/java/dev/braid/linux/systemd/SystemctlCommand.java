package dev.braid.linux.systemd;

import dev.braid.base.Deadline;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.exec.Exec;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs systemctl.
 *
 * <p>It does nothing, and says that it succeeded, where it finds itself in another root folder than
 * process 1; how it looks has changed over its versions. Ours is the host's own root by another
 * name ({@code ChrootExec}), so it is told not to look.
 */
public final class SystemctlCommand {

  private static final List<String> SYSTEMCTL = List.of("env", "SYSTEMD_IGNORE_CHROOT=1", "systemctl");

  private final Exec exec;

  public SystemctlCommand(Exec exec) {
    this.exec = exec;
  }

  /** Whatever it answers. */
  public Exec.Result ask(Deadline deadline, String... arguments) {
    var argv = new ArrayList<>(SYSTEMCTL);
    argv.addAll(List.of(arguments));
    return exec.run(argv, deadline);
  }

  /**
   * @throws KernelRefused if it fails
   */
  public void tell(Deadline deadline, String... arguments) {
    Exec.Result result = ask(deadline, arguments);
    if (!result.ok()) {
      throw new KernelRefused("systemd refused: " + result.describe());
    }
  }
}
