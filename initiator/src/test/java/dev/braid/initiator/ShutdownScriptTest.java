package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script that systemd runs at a shutdown, on a folder that stands for the host. */
class ShutdownScriptTest {

  private static final String WWID = "36001405" + "0123456789abcdef012345678";
  private static final String OTHER = "36001405" + "ffffffffffffffffffffffff0";
  private static final String TARGET = "iqn.2026-11.dev.braid:fast";
  private static final String POD = "/var/lib/kubelet/pods/1/volumes/my 1 data";
  private static final String STAGE = "/var/lib/kubelet/plugins/1/globalmount";

  @TempDir Path folder;
  private ShuttingHost host;

  @BeforeEach
  void attached() {
    host = new ShuttingHost(folder);
    host.session(1, TARGET, "192.0.2.1", 3260, 1);
    host.session(2, TARGET, "fd00::1", 3260, 2);
    host.noted(TARGET, "192.0.2.1:3260,1");
    host.noted(TARGET, "[fd00::1]:3260,2");
    host.map(0, WWID, "Braid", 1, 2);
    host.mounted(0, STAGE);
    host.mounted(0, POD);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sh", "bash"})
  @DisplayName(
      "F31, rule 9: a shutdown unmounts, the latest first, flushes the map, deletes its paths and"
          + " logs out, in this order")
  void order(String shell) throws Exception {
    assertThat(host.run(shell, ShutdownUnit.script())).as(host.said()).isZero();
    assertThat(host.journal())
        .containsSubsequence(
            "umount " + POD,
            "umount " + STAGE,
            "multipath -f name0",
            "delete sdb0",
            "delete sdc0",
            "iscsiadm -m session -r 1 -u");
    assertThat(host.journal()).hasSize(7).contains("iscsiadm -m session -r 2 -u");
    assertThat(host.said()).contains("unmounted " + POD, "logged out of " + TARGET, "no volume");
  }

  @Test
  @DisplayName(
      "F31, rule 16: others' LUNs of the same vendor, sessions that Braid did not make, and one"
          + " that carries another's device stay")
  void foreign() throws Exception {
    host.session(3, TARGET, "198.51.100.9", 3260, 1); // by hand, through another portal
    host.map(1, OTHER, "TCM", 2);
    host.mounted(1, "/srv/theirs");

    assertThat(run()).as(host.said()).isZero();
    assertThat(host.journal())
        .contains("multipath -f name0", "iscsiadm -m session -r 1 -u")
        .noneMatch(line -> line.contains("theirs") || line.contains("name1"))
        .doesNotContain(
            "iscsiadm -m session -r 2 -u", "iscsiadm -m session -r 3 -u", "delete sdc1");
    assertThat(host.said()).contains("session 2", "still carries 2:0:0:1, and stays");
  }

  @Test
  @DisplayName("F31: systemd stops the unit, and the host does not shut down: nothing is taken off")
  void onlyAtShutdown() throws Exception {
    host.program("systemctl", "echo running");
    assertThat(run()).isZero();
    assertThat(host.journal()).isEmpty();
    assertThat(host.said()).contains("not shutting down");
  }

  @Test
  @DisplayName("F31, rule 9: a map that is in use keeps its paths and sessions, and is named")
  void inUse() throws Exception {
    host.openElsewhere(0);
    host.session(4, TARGET, "203.0.113.1", 3260, 3);
    host.noted(TARGET, "203.0.113.1:3260,3");
    host.map(1, OTHER, "Braid", 4);

    assertThat(runHurried()).isEqualTo(1);
    assertThat(host.said()).contains("map name0 is still in use, and stays", "still there: dm-0");
    assertThat(host.journal())
        .contains("multipath -f name1", "delete sde1", "iscsiadm -m session -r 4 -u")
        .noneMatch(line -> line.matches(".*(name0|-r 1|-r 2).*"));
    assertThat(host.has("sys/block/dm-0")).isTrue();
  }

  @Test
  @DisplayName(
      "F31: a volume whose unmount waits for a path holds up neither the others nor the end")
  void stuck() throws Exception {
    host.stuck(POD);
    host.session(4, TARGET, "203.0.113.1", 3260, 3);
    host.noted(TARGET, "203.0.113.1:3260,3");
    host.map(1, OTHER, "Braid", 4);

    long start = System.nanoTime();
    assertThat(runHurried()).isEqualTo(1);
    assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)).isLessThan(12);
    assertThat(host.said()).contains("It is left to go on by itself", "still there: dm-0");
    assertThat(host.journal()).contains("multipath -f name1", "iscsiadm -m session -r 4 -u");
  }

  @Test
  @DisplayName(
      "F31: what is still being written is waited for, beyond the time that a stuck one has")
  void slow() throws Exception {
    host.openElsewhere(0);
    // What writes may itself be held up for a moment, and is not to seem idle then.
    String patient =
        hurried()
            .replace("flush_idle=2", "flush_idle=4")
            .replace("removed_idle=4", "removed_idle=6")
            .replace("written_until=10", "written_until=30");
    try (var writing = host.writing(0, 9)) {
      assertThat(host.run("sh", patient)).as(host.said()).isZero();
    }
    assertThat(host.journal())
        .containsSubsequence("multipath -f name0", "delete sdb0", "iscsiadm -m session -r 1 -u");
  }

  @Test
  @DisplayName("F31: what is written without end does not hold up a shutdown without end")
  void endless() throws Exception {
    host.openElsewhere(0);
    try (var writing = host.writing(0, 60)) {
      assertThat(runHurried()).isEqualTo(1);
    }
    assertThat(host.said()).contains("It is left to go on by itself", "still there: dm-0");
  }

  @Test
  @DisplayName("F31: a container that has a volume is ended; a service is left to systemd")
  void containers() throws Exception {
    Process container = new ProcessBuilder("sleep", "60").start();
    Process service = new ProcessBuilder("sleep", "60").start();
    try {
      host.process(container.pid(), "/kubepods.slice/cri-containerd-1.scope", 0);
      host.process(service.pid(), "/system.slice/systemd-udevd.service/udev", 0);
      assertThat(run()).as(host.said()).isZero();
      assertThat(container.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(service.isAlive()).isTrue();
      assertThat(host.said()).contains("ending process " + container.pid() + " (db)");
    } finally {
      container.destroyForcibly();
      service.destroyForcibly();
    }
  }

  @Test
  @DisplayName("F31, rule 4: a map that has lost its paths is known by the note on its LUN")
  void noPaths() throws Exception {
    host.map(1, OTHER, "Braid");
    assertThat(run()).isZero();
    assertThat(host.journal()).doesNotContain("multipath -f name1");

    Files.writeString(folder.resolve("luns").resolve(OTHER), "");
    assertThat(run()).isZero();
    assertThat(host.journal()).contains("multipath -f name1");
  }

  private int run() throws IOException, InterruptedException {
    return host.run("sh", ShutdownUnit.script());
  }

  private int runHurried() throws IOException, InterruptedException {
    return host.run("sh", hurried());
  }

  /** With little time in each phase. */
  private static String hurried() {
    return ShutdownUnit.script()
        .replace("unmount_until=30", "unmount_until=2")
        .replace("ended_until=50", "ended_until=3")
        .replace("killed_until=55", "killed_until=4")
        .replace("removed_until=55", "removed_until=2")
        .replace("flush_idle=30", "flush_idle=2")
        .replace("removed_idle=45", "removed_idle=4")
        .replace("written_until=1500", "written_until=10")
        .replace("logged_out_within=20", "logged_out_within=3");
  }
}
