package dev.braid.linux.iscsi.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.error.Busy;
import dev.braid.base.step.Steps;
import dev.braid.linux.proc.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordLockTest {

  private static final Deadline NOW = Deadline.after(Duration.ZERO);

  @TempDir Path folder;
  private Path proc;
  private Path second;

  /** As iscsiadm takes it: the file's second name. */
  @BeforeEach
  void taken() throws IOException {
    proc = Files.createDirectories(folder.resolve("proc"));
    Path first = Files.createFile(folder.resolve("lock"));
    second = Files.createLink(folder.resolve("lock.write"), first);
  }

  @Test
  @DisplayName("rule 15: a lock that a killed iscsiadm left is removed")
  void stale() {
    clear(Instant.now().plusSeconds(10), NOW);
    assertThat(second).doesNotExist();
    clear(Instant.now(), NOW);
  }

  @Test
  @DisplayName("one that is fresh, or whose iscsiadm may live, is not; who that is is said")
  void living() throws IOException {
    assertThatThrownBy(() -> clear(Instant.now(), NOW))
        .isInstanceOf(Busy.class)
        .hasMessageContaining("lock.write");
    Path process = Files.createDirectories(proc.resolve("4711"));
    Files.writeString(process.resolve("comm"), "iscsiadm\n");
    Files.writeString(process.resolve("cmdline"), "iscsiadm\0-m\0node\0");
    assertThatThrownBy(() -> clear(Instant.now().plusSeconds(10), NOW))
        .isInstanceOf(Busy.class)
        .hasMessageContaining("process 4711 (iscsiadm -m node)");
    assertThat(second).exists();
  }

  @Test
  @DisplayName("after a boot, its folder is made before the first iscsiadm: two at once would race")
  void folder() throws IOException {
    Path fresh = folder.resolve("run/lock/iscsi");
    var lock = new RecordLock(fresh, new Programs(proc), Clock.systemUTC());
    for (int i = 0; i < 2; i++) {
      Steps.unobserved().run("test", step -> lock.clear(step, NOW));
    }
    assertThat(fresh).isEmptyDirectory();
  }

  private void clear(Instant now, Deadline deadline) {
    var lock = new RecordLock(folder, new Programs(proc), Clock.fixed(now, ZoneOffset.UTC));
    Steps.unobserved().run("test", step -> lock.clear(step, deadline));
  }
}
