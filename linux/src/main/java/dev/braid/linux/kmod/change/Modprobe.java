package dev.braid.linux.kmod.change;

import dev.braid.base.Deadline;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Step;
import dev.braid.linux.exec.Exec;
import java.util.ArrayList;
import java.util.List;

/** Has the host's modprobe load modules of its kernel. */
public final class Modprobe {

  private final Exec exec;

  public Modprobe(Exec exec) {
    this.exec = exec;
  }

  /**
   * Each of them that there is, and that the site does not exclude; safe to repeat.
   *
   * @throws KernelRefused naming what could not be loaded; the others were
   */
  public void load(Step step, List<String> modules, Deadline deadline) {
    var argv = new ArrayList<>(List.of("modprobe", "-a", "-b"));
    argv.addAll(modules);
    Exec.Result result = exec.run(argv, deadline);
    if (!result.ok()) {
      throw new KernelRefused(result.describe());
    }
  }
}
