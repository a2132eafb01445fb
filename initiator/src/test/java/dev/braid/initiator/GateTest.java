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
            List.of(host.resolve("etc/iscsi/nodes")),
            host.resolve("etc/iscsi/initiatorname.iscsi"),
            host.resolve("etc/multipath"),
            host.resolve("lib/modules"),
            host.resolve("proc/osrelease"),
            host.resolve("proc"),
            host.resolve("run/lock/iscsi"),
            host.resolve("proc/net"),
            host.resolve("locks"),
            host.resolve("targets"),
            host.resolve("luns"));
    var socket = new MultipathdSocket(host.resolve("none"), "/braid/test/nobody");
    Ticker ticker = () -> now;
    return new Gate(new HostLook(paths, new OpenIscsiVersions(exec), socket), ticker);
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
