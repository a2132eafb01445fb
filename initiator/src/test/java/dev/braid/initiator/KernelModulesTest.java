package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.step.Steps;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.kmod.Modules;
import dev.braid.linux.kmod.change.Modprobe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelModulesTest {

  private static final Deadline SOON = Deadline.after(Duration.ofSeconds(10));

  @TempDir Path sys;

  private final List<List<String>> ran = new ArrayList<>();

  @Test
  @DisplayName("F20: what an attach needs of the kernel is loaded before there is a LUN")
  void loaded() throws IOException {
    ensure(0);
    assertThat(ran).singleElement().asList().contains("sd_mod", "dm_service_time", "scsi_dh_alua");
    ran.clear();
    there("sd_mod");
    ensure(0);
    assertThat(ran).singleElement().asList().contains("sg").doesNotContain("sd_mod");
  }

  @Test
  @DisplayName("F20: what the kernel had no time to load, as amid another's disks, is tried again")
  void late() {
    var isBusy = new AtomicBoolean(true);
    var modules =
        modules(
            (argv, deadline) -> {
              ran.add(argv);
              if (isBusy.get()) {
                throw new DeadlinePassed("modprobe");
              }
              return new Exec.Result(argv, 0, "", "");
            });
    modules.ensure(SOON);
    modules.ensure(SOON);
    assertThat(ran).hasSize(2);
    isBusy.set(false);
    modules.ensure(SOON);
    modules.ensure(SOON);
    assertThat(ran).as("once more, and that was it").hasSize(3);
  }

  @Test
  @DisplayName("rule 10: where all of it is there no process is started")
  void there() throws IOException {
    for (String name : KernelModules.NEEDED) {
      there(name);
    }
    ensure(0);
    assertThat(ran).isEmpty();
  }

  @Test
  @DisplayName("F20: a host that lacks one of them, or does not allow it, is set up all the same")
  void refused() {
    var modules = modules(exits(1));
    modules.ensure(SOON);
    modules.ensure(SOON);
    assertThat(ran).as("nor is it asked for what was refused").hasSize(1);
  }

  private void there(String module) throws IOException {
    Files.createDirectories(sys.resolve("module").resolve(module));
  }

  private void ensure(int exit) {
    modules(exits(exit)).ensure(SOON);
  }

  private Exec exits(int code) {
    return (argv, deadline) -> {
      ran.add(argv);
      return new Exec.Result(argv, code, "", "FATAL: Module sg not found");
    };
  }

  private KernelModules modules(Exec exec) {
    return new KernelModules(new Modules(sys), new Modprobe(exec), Steps.unobserved());
  }
}
