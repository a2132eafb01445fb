package dev.braid.linux.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.error.KernelRefused;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ChrootExecTest {

  private static final Deadline SOON = Deadline.after(Duration.ofSeconds(20));

  private final List<String> ran = new ArrayList<>();
  private int exit;

  private final Exec host =
      new ChrootExec(
          (argv, deadline) -> {
            ran.addAll(argv);
            return new Exec.Result(argv, exit, "said", "env: 'iscsiadm': No such file");
          },
          Path.of("/host"));

  @Test
  @DisplayName("a program is looked up inside the host's root, and its exit code is its own")
  void inside() {
    exit = 21;
    var result = host.run(List.of("iscsiadm", "-m", "session"), SOON);
    assertThat(ran)
        .startsWith("chroot", "/host", "/usr/bin/env")
        .endsWith("iscsiadm", "-m", "session");
    assertThat(ran.get(3)).startsWith("PATH=/usr/sbin:");
    assertThat(result.exit()).isEqualTo(21);
    assertThat(result.describe()).startsWith("iscsiadm -m session ended with 21");
  }

  @Test
  @DisplayName("a host without the program is not mistaken for a program that failed")
  void notThere() {
    exit = 127;
    assertThatThrownBy(() -> host.run(List.of("iscsiadm"), SOON))
        .isInstanceOf(KernelRefused.class)
        .hasMessageContaining("installed on this host")
        .hasMessageContaining("/host");
  }
}
