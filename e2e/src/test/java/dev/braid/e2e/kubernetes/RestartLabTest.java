package dev.braid.e2e.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.soak.Sample;
import dev.braid.e2e.soak.Soak;
import dev.braid.e2e.stack.Wait;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Restarts of what stands between a volume and its pod. One pod writes through all of them, and
 * goes as usual in the end.
 */
@InRelease
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestartLabTest {

  private static final Duration BACK = Duration.ofMinutes(4);
  private static final Duration SOON = Duration.ofSeconds(60);

  /** The sidecars have lost their leases by then, and everybody watches in vain. */
  private static final Duration AWAY = Duration.ofSeconds(Soak.times(25, 60));

  /** Enough of a writer left alone: in more of it there could only be a longer pause. */
  private static final Duration QUIET = Duration.ofSeconds(20);

  private final Release release;
  private final LabCluster cluster;
  private final ClusterLeftovers clean;
  private @Nullable Writers writers;
  private @Nullable PodWriter running;

  RestartLabTest(Release release) {
    this.release = release;
    this.cluster = release.cluster();
    this.clean = ClusterLeftovers.of(cluster);
  }

  /** The writer; a new one, if a test that failed has removed it. */
  private PodWriter writer() {
    if (running == null || !cluster.has("statefulset/restart")) {
      end();
      Writers made =
          release.away(
              release.nodeOfController(),
              () -> {
                var create = Writers.create(cluster, "restart", 1, Release.STORAGE_CLASS, "64Mi");
                create.awaitRunning();
                return create;
              });
      writers = made;
      running = made.follow();
      running.acks().awaitCount(20, Deadline.after(SOON));
    }
    return running;
  }

  private void end() {
    if (running != null) {
      running.close();
    }
  }

  @AfterAll
  void goesAsUsual() {
    end();
    if (writers != null) {
      writers.delete();
    }
    clean.assertNoneNow();
  }

  private enum Restart {
    KUBELET_AND_PLUGIN,
    API_SERVER,
    UPGRADE
  }

  static List<Restart> sample() {
    return Sample.of("F7, F9, F11", List.of(Restart.values()), 1);
  }

  @ParameterizedTest
  @MethodSource("sample")
  @DisplayName("F7, F9, F11: the writer does not stop, and what was under way ends well")
  void restarted(Restart what) {
    switch (what) {
      case KUBELET_AND_PLUGIN -> kubeletAndPlugin();
      case API_SERVER -> apiServerAway();
      case UPGRADE -> upgrade();
    }
  }

  /** F7: kubelet restarted and the plugin killed: the driver is there again. */
  private void kubeletAndPlugin() {
    PodWriter writer = writer();
    Machine node = writer.machine();

    node.run("systemctl restart kubelet");
    writer.acks().awaitMore(50, Deadline.after(SOON));
    awaitDriver(node);

    String before = plugin(node);
    assertThat(Release.kill(node, "csi-node/java.args")).isTrue();
    writer.acks().awaitMore(50, Deadline.after(SOON));
    Wait.until("the plugin runs again", BACK, () -> !plugin(node).equals(before));
    awaitDriver(node);
    release.awaitReady();
    assertThat(writer.acks().error()).isEmpty();
  }

  /** F9: the API server away, for a minute in the soak; the detach of another pod is under way. */
  private void apiServerAway() {
    Writers goes =
        release.away(
            release.nodeOfController(),
            () -> {
              var made = Writers.createPlain(cluster, "goes", 1, Release.STORAGE_CLASS, "64Mi");
              writer(); // the two pods start side by side, if this is the first test
              made.awaitRunning();
              return made;
            });
    PodWriter writer = writer();
    cluster.kubectl("delete", "statefulset", "goes", "--wait=false");
    cluster.kubectl("delete", "pod", goes.pod(), "--wait=false");
    cluster.controlPlane().apiServer().kill();
    Deadline back = Deadline.after(AWAY);
    while (!back.passed()) {
      writer.acks().awaitMore(5, Deadline.after(SOON));
    }
    cluster.controlPlane().start();
    goes.delete();
    assertThat(writer.acks().error()).isEmpty();
  }

  /** F11: no error by an upgrade, and no pause longer than one without it by a second. */
  private void upgrade() {
    PodWriter writer = writer();
    long from = now(writer);
    long began = System.nanoTime();
    release.upgrade("node.logLevel=DEBUG", "controller.logLevel=DEBUG");
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    writer.acks().awaitMore(5, Deadline.after(SOON));
    Duration disturbed = writer.acks().largestGapSince(from).orElseThrow().length();

    long quiet = now(writer);
    Deadline left = Deadline.after(QUIET);
    while (!left.passed()) {
      writer.acks().awaitMore(5, Deadline.after(SOON));
    }
    Duration undisturbed = writer.acks().largestGapSince(quiet).orElseThrow().length();
    System.out.printf(
        "F11: longest pause %d ms in an upgrade of %d s, %d ms without%n",
        disturbed.toMillis(), took.toSeconds(), undisturbed.toMillis());
    assertThat(writer.acks().error()).isEmpty();
    assertThat(disturbed).isLessThanOrEqualTo(undisturbed.plusSeconds(1));
  }

  private static long now(PodWriter writer) {
    var acks = writer.acks().acks();
    return acks.get(acks.size() - 1).wallMillis();
  }

  private void awaitDriver(Machine node) {
    Wait.until(
        "the CSINode of " + node + " has the driver",
        BACK,
        () ->
            cluster
                .kubectl("get", "csinode", node.name(), "-o", "jsonpath={.spec.drivers[*].name}")
                .contains("braid.dev"));
  }

  /** The plugin's process, by its id in the machine. */
  private static String plugin(Machine node) {
    return node.exec("pgrep -f '[c]si-node/java.args'").text();
  }
}
