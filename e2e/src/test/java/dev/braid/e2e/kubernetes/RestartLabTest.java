package dev.braid.e2e.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.stack.Wait;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Restarts of what stands between a volume and its pod, while the pod writes. */
@InRelease
class RestartLabTest {

  private static final Duration BACK = Duration.ofMinutes(4);

  private final Release release;
  private final LabCluster cluster;

  RestartLabTest(Release release) {
    this.release = release;
    this.cluster = release.cluster();
  }

  @Test
  @DisplayName(
      "F7: kubelet restarted and the plugin killed under a mounted volume: the writer does not stop,"
          + " the driver is there again, the volume goes as usual")
  void kubeletAndPlugin() {
    var clean = ClusterLeftovers.of(cluster);
    Writers writers = onQuietNode("restart");
    try (PodWriter writer = writers.follow()) {
      Machine node = writer.machine();
      writer.acks().awaitCount(20, Deadline.after(Duration.ofSeconds(60)));

      node.run("systemctl restart kubelet");
      writer.acks().awaitMore(50, Deadline.after(Duration.ofSeconds(60)));
      awaitDriver(node);

      String before = plugin(node);
      assertThat(Release.kill(node, "csi-node/java.args")).isTrue();
      writer.acks().awaitMore(50, Deadline.after(Duration.ofSeconds(60)));
      Wait.until("the plugin runs again", BACK, () -> !plugin(node).equals(before));
      awaitDriver(node);
      release.awaitReady();
      assertThat(writer.acks().error()).isEmpty();
    }
    writers.delete();
    clean.assertNoneNow();
  }

  @Test
  @DisplayName(
      "F9: the API server away for a minute: records go on, a detach under way ends well afterwards")
  void apiServerAway() {
    var clean = ClusterLeftovers.of(cluster);
    Writers stays = onQuietNode("stays");
    Writers goes = onQuietNode("goes");
    try (PodWriter writer = stays.follow()) {
      writer.acks().awaitCount(20, Deadline.after(Duration.ofSeconds(60)));
      cluster.kubectl("delete", "statefulset", "goes", "--wait=false");
      cluster.kubectl("delete", "pod", goes.pod(), "--wait=false");
      cluster.controlPlane().apiServer().kill();
      Deadline minute = Deadline.after(Duration.ofSeconds(60));
      while (!minute.passed()) {
        writer.acks().awaitMore(5, Deadline.after(Duration.ofSeconds(30)));
      }
      cluster.controlPlane().start();
      goes.delete();
      assertThat(writer.acks().error()).isEmpty();
    }
    stays.delete();
    clean.assertNoneNow();
  }

  @Test
  @DisplayName(
      "F11: helm upgrade under a writer: no error, and no pause longer than one without it by a second")
  void upgrade() {
    Writers writers = onQuietNode("upgrade");
    try (PodWriter writer = writers.follow()) {
      writer.acks().awaitCount(50, Deadline.after(Duration.ofSeconds(60)));
      long from = now(writer);
      long began = System.nanoTime();
      release.upgrade("node.logLevel=DEBUG", "controller.logLevel=DEBUG");
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      writer.acks().awaitMore(5, Deadline.after(Duration.ofSeconds(30)));
      Duration disturbed = writer.acks().largestGapSince(from).orElseThrow().length();

      long quiet = now(writer);
      Deadline sameLength = Deadline.after(took);
      while (!sameLength.passed()) {
        writer.acks().awaitMore(5, Deadline.after(Duration.ofSeconds(30)));
      }
      Duration undisturbed = writer.acks().largestGapSince(quiet).orElseThrow().length();
      System.out.printf(
          "F11: longest pause %d ms in an upgrade of %d s, %d ms without%n",
          disturbed.toMillis(), took.toSeconds(), undisturbed.toMillis());
      assertThat(writer.acks().error()).isEmpty();
      assertThat(disturbed).isLessThanOrEqualTo(undisturbed.plusSeconds(1));
    }
    writers.delete();
  }

  private static long now(PodWriter writer) {
    var acks = writer.acks().acks();
    return acks.get(acks.size() - 1).wallMillis();
  }

  private Writers onQuietNode(String name) {
    return release.away(
        release.nodeOfController(),
        () -> {
          var made = Writers.create(cluster, name, 1, Release.STORAGE_CLASS, "64Mi");
          made.awaitRunning();
          return made;
        });
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
