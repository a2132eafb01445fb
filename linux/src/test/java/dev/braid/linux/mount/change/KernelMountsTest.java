package dev.braid.linux.mount.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Steps;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.exec.HostExec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelMountsTest {

  @TempDir Path folder;

  @Test
  @DisplayName("rule 9: what is written out is one file system, by a program that can be left")
  void writesOut() throws Exception {
    var run = new ArrayList<List<String>>();
    Exec exec =
        (argv, deadline) -> {
          run.add(argv);
          return new HostExec().run(argv, deadline);
        };
    writeOut(exec, folder);
    assertThat(run).containsExactly(List.of("sync", "-f", folder.toString()));
  }

  @Test
  @DisplayName("rule 9: a write that failed is an error, with the words of who says so")
  void notWritten() {
    Exec exec = (argv, deadline) -> new Exec.Result(argv, 1, "", "sync: Input/output error\n");
    assertThatThrownBy(() -> writeOut(exec, folder))
        .isInstanceOf(WritesLostException.class)
        .hasMessageContainingAll(folder.toString(), "Input/output error");
  }

  @Test
  @DisplayName("rule 9: a program that cannot be started says nothing of lost writes")
  void notAsked() {
    Exec exec =
        (argv, deadline) -> {
          throw new KernelRefused("cannot start sync");
        };
    assertThatThrownBy(() -> writeOut(exec, folder)).isInstanceOf(KernelRefused.class);
  }

  private static void writeOut(Exec exec, Path target) throws WritesLostException {
    var mounts = new KernelMounts(exec);
    Steps.unobserved().run("write out", step -> mounts.writeOut(step, target));
  }
}
