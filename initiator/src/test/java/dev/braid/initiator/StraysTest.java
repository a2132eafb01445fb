package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.error.Busy;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.proc.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StraysTest {

  private static final Iqn OURS = new Iqn("iqn.2026-01.dev.braid:pool1");
  private static final Iqn OTHER = new Iqn("iqn.2026-01.dev.braid:pool2");
  private static final Duration LONG = Duration.ofSeconds(50);

  @TempDir Path host;

  @BeforeEach
  void sessions() throws IOException {
    session(7, OURS.name());
    session(8, "iqn.2003-01.org.example:backup");
  }

  @Test
  @DisplayName("rule 12: a logout that a killed plugin left is waited for at its own target alone")
  void itsTarget() throws IOException {
    program(100, "iscsiadm", "-m", "session", "-r", "7", "-u");
    var strays = strays();
    strays.await(OTHER, in(Duration.ZERO));
    assertThatThrownBy(() -> strays.await(OURS, in(Duration.ofMillis(50))))
        .isInstanceOf(Busy.class)
        .hasMessageContainingAll("process 100 (iscsiadm -m session -r 7 -u)", OURS.name())
        .hasMessageNotContaining("plugin");
    end(100);
    strays.await(OURS, in(Duration.ZERO));
  }

  @Test
  @DisplayName("rule 16: somebody's iscsiadm that hangs at his own target holds up nothing of ours")
  void somebodys() throws IOException {
    program(100, "iscsiadm", "-m", "session", "-r", "8", "-u");
    program(101, "iscsiadm", "-m", "node", "-T", "iqn.2003-01.org.example:backup", "--login");
    program(102, "iscsiadm", "-m", "session", "-r", "9", "-u");
    program(103, "iscsiadm", "-m", "discovery", "-t", "st", "-p", "192.0.2.1");
    strays().await(OURS, in(Duration.ZERO));
  }

  @Test
  @DisplayName(
      "rule 12: a login that a killed plugin left is waited for; the next one is not a stray")
  void login() throws IOException {
    program(100, "iscsiadm", "-m", "node", "-T", OURS.name(), "-p", "192.0.2.1:3260,1", "--login");
    var strays = strays();
    program(101, "iscsiadm", "-m", "node", "-T", OTHER.name(), "-p", "192.0.2.1:3260,1", "--login");
    assertThatThrownBy(() -> strays.await(OURS, in(Duration.ZERO))).isInstanceOf(Busy.class);
    strays.await(OTHER, in(Duration.ZERO));
  }

  @Test
  @DisplayName("rule 12: nobody queues behind another's wait for a stray")
  void inParallel() throws Exception {
    program(100, "iscsiadm", "-m", "node", "-T", OURS.name(), "--login");
    var strays = strays();
    var first = CompletableFuture.runAsync(() -> strays.await(OURS, in(LONG)));
    for (int i = 0; i < 20; i++) {
      strays.await(OTHER, in(Duration.ZERO)); // also while the first waits
      assertThatThrownBy(() -> strays.await(OURS, in(Duration.ofMillis(10))))
          .isInstanceOf(Busy.class);
    }
    assertThat(first).isNotDone();
    end(100);
    first.get(30, TimeUnit.SECONDS);
  }

  private Strays strays() {
    return new Strays(new Programs(host.resolve("proc")), new IscsiSessions(host.resolve("sys")));
  }

  private static Deadline in(Duration time) {
    return Deadline.after(time);
  }

  private void program(int pid, String... command) throws IOException {
    Path folder = Files.createDirectories(host.resolve("proc/" + pid));
    Files.writeString(folder.resolve("comm"), command[0] + "\n");
    Files.writeString(folder.resolve("cmdline"), String.join("\0", command) + "\0");
  }

  private void end(int pid) throws IOException {
    Files.delete(host.resolve("proc/" + pid + "/cmdline"));
  }

  private void session(int id, String target) throws IOException {
    Path real =
        Files.createDirectories(
            host.resolve(
                "sys/devices/platform/host"
                    + id
                    + "/session"
                    + id
                    + "/iscsi_session/session"
                    + id));
    Files.writeString(real.resolve("targetname"), target + "\n");
    Path all = Files.createDirectories(host.resolve("sys/class/iscsi_session"));
    Files.createSymbolicLink(all.resolve("session" + id), real);
  }
}
