package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.braid.base.Deadline;
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
    assertThatCode(() -> ensure(1)).doesNotThrowAnyException();
    assertThat(ran).hasSize(1);
  }

  private void there(String module) throws IOException {
    Files.createDirectories(sys.resolve("module").resolve(module));
  }

  private void ensure(int exit) {
    Exec exec =
        (argv, deadline) -> {
          ran.add(argv);
          return new Exec.Result(argv, exit, "", "FATAL: Module sg not found");
        };
    new KernelModules(new Modules(sys), new Modprobe(exec), Steps.unobserved()).ensure(SOON);
  }
}
