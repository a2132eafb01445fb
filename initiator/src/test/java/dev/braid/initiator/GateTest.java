package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.Ticker;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.Refused;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.iscsi.OpenIscsiVersions;
import dev.braid.linux.multipath.MultipathdSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The gate before a folder that stands for a host; multipathd does not listen on it. */
class GateTest {

  private static final String ISCSID =
      "0000000000000000: 00000002 00000000 00010000 0001 01 1 @ISCSIADM_ABSTRACT_NAMESPACE\n";

  @TempDir Path host;

  private final Map<String, String> versions = new ConcurrentHashMap<>();
  private final List<String> others = new CopyOnWriteArrayList<>();
  private final List<String> doubts = new CopyOnWriteArrayList<>();

  /** What multipathd answers, where a test has one. */
  private volatile String says = "";

  private int programs;
  private long now;

  private final CountDownLatch started = new CountDownLatch(1);

  /** What programs wait for before they answer. */
  private CountDownLatch answers = new CountDownLatch(0);

  @BeforeEach
  void fit() throws IOException {
    versions.put("iscsiadm", "iscsiadm version 2.1.8\n");
    versions.put("iscsid", "iscsid version 2.1.8\n");
    for (String module : List.of("iscsi_tcp", "dm_multipath")) {
      Files.createDirectories(host.resolve("sys/module").resolve(module));
    }
    write("proc/net/unix", "Num RefCount Protocol Flags Type St Inode Path\n" + ISCSID);
    write("etc/iscsi/initiatorname.iscsi", "InitiatorName=iqn.2026-11.dev.braid.lab:node1\n");
    write("proc/osrelease", "6.1.0-1-amd64\n");
    write("lib/modules/6.1.0-1-amd64/modules.dep", "kernel/drivers/scsi/sg.ko.xz:\n");
  }

  @Test
  @DisplayName("a host that lacks one thing is told that one thing, and what to do")
  void multipathdAway() {
    assertThat(gate().wrong())
        .singleElement()
        .asString()
        .contains("multipathd does not listen", "start multipathd");
  }

  @Test
  @DisplayName(
      "F37: a multipathd that has too much to do to tell its settings has told them before")
  void multipathdBusy() throws Exception {
    write(
        "proc/net/unix",
        "Num RefCount Protocol Flags Type St Inode Path\n"
            + ISCSID
            + ISCSID.replace(
                "ISCSIADM_ABSTRACT_NAMESPACE", "/org/kernel/linux/storage/multipathd"));
    says = MultipathConfigTest.inForce(5);
    try (var multipathd =
        new FakeMultipathd(host.resolve("none")) {
          @Override
          String answer(String command) {
            return says;
          }
        }) {
      Gate gate = gate();
      assertThat(gate.wrong()).isEmpty();
      says = "timeout\n";
      now += Duration.ofMinutes(1).toNanos();
      assertThat(gate.wrong()).isEmpty();
      now += Duration.ofMinutes(10).toNanos();
      assertThat(gate.wrong()).as("but not for ever").hasSize(1);
      says = MultipathConfigTest.inForce(5);
      now += Duration.ofMinutes(1).toNanos();
      assertThat(gate.wrong()).isEmpty();
      says = "fail\n";
      now += Duration.ofMinutes(1).toNanos();
      assertThat(gate.wrong()).as("what is no want of time").hasSize(1);
      says = "timeout\n";
      now += Duration.ofMinutes(1).toNanos();
      assertThat(gate.wrong()).as("after that its earlier word is not taken").hasSize(1);
      assertThat(gate().wrong())
          .as("where it has not")
          .singleElement()
          .asString()
          .contains("too busy for 'show config'");
    }
  }

  @Test
  @DisplayName("modules, initiator name and versions are looked at too")
  void all() throws IOException {
    Files.delete(host.resolve("sys/module/iscsi_tcp"));
    write("etc/iscsi/initiatorname.iscsi", "InitiatorName=node 1\n");
    versions.put("iscsid", "iscsid version 2.0.874\n");
    assertThat(gate().wrong())
        .anySatisfy(why -> assertThat(why).contains("iscsi_tcp", "6.1.0-1-amd64"))
        .anySatisfy(why -> assertThat(why).contains("initiatorname.iscsi"))
        .anySatisfy(why -> assertThat(why).contains("2.1.8", "2.0.874"));
    assertThatThrownBy(() -> gate().check(in(60)))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("iscsi_tcp");
  }

  @Test
  @DisplayName("open-iscsi 2.1.10 is refused: it hangs")
  void hangs() {
    versions.put("iscsiadm", "iscsiadm version 2.1.10\n");
    versions.put("iscsid", "iscsid version 2.1.10\n");
    assertThat(gate().wrong()).anySatisfy(why -> assertThat(why).contains("2.1.10", "hangs"));
  }

  @Test
  @DisplayName("a host whose name another node has is refused; so is one with a rule that scans")
  void othersWord() throws IOException {
    others.add("node2 has this name too");
    write(
        "etc/udev/rules.d/00-a.rules",
        "SUBSYSTEM==\"scsi\", ENV{SDEV_UA}==\"REPORTED_LUNS_DATA_HAS_CHANGED\", RUN+=\"scan\"\n");
    assertThat(gate().wrong())
        .anySatisfy(why -> assertThat(why).contains("node2"))
        .anySatisfy(why -> assertThat(why).contains("00-a.rules"));
  }

  @Test
  @DisplayName("without iscsid's socket, and without an initiator name, nothing is attached")
  void iscsidAway() throws IOException {
    write("proc/net/unix", "Num RefCount Protocol Flags Type St Inode Path\n");
    Files.delete(host.resolve("etc/iscsi/initiatorname.iscsi"));
    assertThat(gate().wrong())
        .anySatisfy(why -> assertThat(why).contains("iscsid does not listen", "iscsid.socket"))
        .anySatisfy(why -> assertThat(why).contains("there is no", "initiatorname.iscsi"));
  }

  @Test
  @DisplayName("a clock that is far off is told and closes nothing")
  void doubt() {
    doubts.add("this host's clock is about 60 minutes ahead");
    Gate gate = gate();
    assertThat(gate.wrong()).as("multipathd alone").hasSize(1);
    assertThat(gate.doubtful()).containsExactly("this host's clock is about 60 minutes ahead");
    doubts.clear();
    now += 16L * 1_000_000_000;
    assertThat(gate.wrong()).hasSize(1);
    assertThat(gate.doubtful()).isEmpty();
  }

  @Test
  @DisplayName("while versions are right no program is started for a question")
  void cheap() {
    Gate gate = gate();
    gate.wrong();
    gate.wrong();
    gate.wrong();
    assertThat(programs).isEqualTo(2);
    now += 11L * 60 * 1_000_000_000;
    gate.wrong();
    assertThat(programs).as("after ten minutes").isEqualTo(4);
  }

  @Test
  @Timeout(60)
  @DisplayName(
      "rule 12: calls that come together share one look; each waits for it by its own deadline")
  void together() throws Exception {
    answers = new CountDownLatch(1);
    Gate gate = gate();
    CompletableFuture<?>[] calls = new CompletableFuture<?>[20];
    for (int i = 0; i < calls.length; i++) {
      calls[i] = CompletableFuture.runAsync(() -> gate.check(in(60)), newThread());
    }
    started.await();
    assertThatThrownBy(() -> gate.check(in(0))).isInstanceOf(DeadlinePassed.class);
    answers.countDown();

    for (CompletableFuture<?> call : calls) {
      assertThatThrownBy(() -> call.get(50, TimeUnit.SECONDS))
          .hasCauseInstanceOf(Refused.class)
          .hasMessageContaining("multipathd");
    }
    assertThat(programs).as("of one look").isEqualTo(2);
  }

  @Test
  @DisplayName("a closed gate's answer holds for two seconds, so that what was put right counts")
  void closedForAMoment() throws IOException {
    Gate gate = gate();
    assertThat(gate.wrong()).hasSize(1);
    Files.delete(host.resolve("sys/module/iscsi_tcp"));
    assertThat(gate.wrong()).hasSize(1);
    now += 2_100_000_000L;
    assertThat(gate.wrong()).hasSize(2);
  }

  private static Executor newThread() {
    return task -> new Thread(task).start();
  }

  private static Deadline in(int seconds) {
    return Deadline.after(Duration.ofSeconds(seconds));
  }

  private Gate gate() {
    Exec exec =
        (argv, deadline) -> {
          programs++;
          started.countDown();
          awaitAnswers();
          return new Exec.Result(argv, 0, versions.getOrDefault(argv.get(0), ""), "");
        };
    var paths =
        new HostPaths(
            host.resolve("sys"),
            host.resolve("dev"),
            host.resolve("run/udev"),
            List.of(host.resolve("etc/udev/rules.d"), host.resolve("usr/lib/udev/rules.d")),
            List.of(host.resolve("etc/iscsi/nodes")),
            host.resolve("etc/iscsi/initiatorname.iscsi"),
            host.resolve("etc/multipath"),
            host.resolve("lib/modules"),
            host.resolve("proc/osrelease"),
            host.resolve("proc"),
            host.resolve("run/lock/iscsi"),
            host.resolve("proc/net"),
            host.resolve("run/systemd/system"),
            host.resolve("locks"),
            host.resolve("targets"),
            host.resolve("luns"));
    var socket = new MultipathdSocket(host.resolve("none"), "/braid/test/nobody");
    Ticker ticker = () -> now;
    var look = new HostLook(paths, new OpenIscsiVersions(exec), socket, () -> others, ticker);
    return new Gate(look, () -> doubts, ticker);
  }

  private void awaitAnswers() {
    try {
      answers.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void write(String path, String content) throws IOException {
    Path file = host.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }
}
