package dev.braid.e2e.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.base.VolumeId;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.soak.Sample;
import dev.braid.e2e.soak.Soak;
import dev.braid.e2e.stack.Wait;
import dev.braid.e2e.writer.Ack;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nodes that Kubernetes cannot hear: their volumes move, and they owe a word until they are back.
 */
@InRelease
class CutOffLabTest {

  /** kube-controller-manager's patience with a silent node, and then some. */
  private static final Duration GIVEN_UP = Duration.ofMinutes(3);

  /** Queueing ends, the container dies, kubelet unmounts, the plugin detaches. */
  private static final Duration BACK = Duration.ofMinutes(6);

  private static final String OUT_OF_SERVICE = "node.kubernetes.io/out-of-service";

  private final Release release;
  private final LabCluster cluster;

  CutOffLabTest(Release release) {
    this.release = release;
    this.cluster = release.cluster();
  }

  private enum Silence {
    CUT_OFF,
    DELETED
  }

  static List<Silence> sample() {
    return Sample.of("F13, F14", List.of(Silence.values()), 1);
  }

  @ParameterizedTest
  @MethodSource("sample")
  @DisplayName("F13, F14: it is fenced before another gets its volume; back, it pays its debt")
  void silent(Silence why) {
    switch (why) {
      case CUT_OFF -> cutOff();
      case DELETED -> deleted();
    }
  }

  /**
   * F13: a node cut off from the API server writes on, and is put out of service; back, it
   * discards, attests and owes nothing.
   */
  private void cutOff() {
    var clean = ClusterLeftovers.of(cluster);
    Writers writers = onQuietNode("cut");
    VolumeId volume = writers.volume();
    try (PodWriter first = writers.follow()) {
      Machine node = first.machine();
      first.acks().awaitCount(50, Deadline.after(Duration.ofSeconds(60)));
      cluster.cutOff(node);
      cluster.await("condition=Ready=Unknown", GIVEN_UP, "node/" + node.name());
      first.acks().awaitMore(20, Deadline.after(Duration.ofSeconds(60)));
      cluster.kubectl("taint", "node", node.name(), OUT_OF_SERVICE + "=nodeshutdown:NoExecute");

      Wait.until("the pod runs on the other node", BACK, () -> writers.hasMovedFrom(node));
      writers.awaitRunning();
      try (PodWriter second = writers.follow()) {
        second.acks().awaitCount(20, Deadline.after(Duration.ofSeconds(60)));
        List<Ack> early = first.acks().acks();
        assertThat(early.get(early.size() - 1).wallMillis())
            .as("no record of the first node is later than the second's first")
            .isLessThan(second.acks().acks().get(0).wallMillis());
        assertThat(owes(node)).contains(volume.toString());

        cluster.reconnect(node);
        cluster.kubectl("taint", "node", node.name(), OUT_OF_SERVICE + "-");
        // Its kubelet finds the way back meanwhile, and it may not write then either.
        writers.readBack(writers.pod(), first).throwUnlessHolds();
        cluster.await("condition=Ready", GIVEN_UP, "node/" + node.name());
        if (!Soak.all()) {
          endQueueing(node);
        }
        Wait.until("the node owes nothing", BACK, () -> owes(node).isEmpty());
        assertThat(node.run("dmsetup ls --target multipath")).contains("No devices");
        second.acks().awaitMore(20, Deadline.after(Duration.ofSeconds(60)));
      }
    }
    writers.delete();
    clean.assertNoneNow();
  }

  /** F14: a node deleted, its machine off: the debt stays until it is back. */
  private void deleted() {
    var clean = Leftovers.of(cluster.lab());
    Writers writers = onQuietNode("deleted");
    VolumeId volume = writers.volume();
    try (PodWriter first = writers.follow()) {
      Machine node = first.machine();
      first.acks().awaitCount(50, Deadline.after(Duration.ofSeconds(60)));
      // kubelet does not sync what it writes of a volume, and one that finds half of it at its next
      // start never cleans up. Braid's own files need no such help.
      node.run("sync -f /var/lib/kubelet");
      node.powerCut();
      cluster.kubectl("delete", "node", node.name());
      cluster.kubectl("delete", "initiator", node.name());
      // Kubernetes itself waits a minute until it removes such a node's pods, and six because it
      // cannot ask the node whether the volume is still mounted; an administrator need not. The pod
      // goes first, or the volume could be attached for it anew.
      cluster.kubectl(
          "delete",
          "pods",
          "--field-selector=spec.nodeName=" + node.name(),
          "--force",
          "--grace-period=0");
      String attachment =
          cluster.kubectl(
              "get",
              "volumeattachments",
              "-o",
              "jsonpath={.items[?(@.spec.nodeName==\"" + node.name() + "\")].metadata.name}");
      cluster.kubectl(BACK, "delete", "volumeattachment", attachment);
      Wait.until("the pod runs on the other node", BACK, () -> writers.hasMovedFrom(node));
      writers.awaitRunning();
      writers.readBack(writers.pod(), first).throwUnlessHolds();
      assertThat(release.debtsOf(node))
          .as("the head remembers it without node and resource")
          .contains(volume.toString());

      node.powerOn();
      cluster.awaitNodesReady();
      Wait.until("the node owes nothing", BACK, () -> release.debtsOf(node).isEmpty());
      Wait.until("its Initiator says so", BACK, () -> owes(node).isEmpty());
    }
    writers.delete();
    // kubelet finds what its predecessor left, and has it unmounted and unstaged.
    Wait.until("nothing is left over", BACK, () -> clean.now().isEmpty());
  }

  /**
   * The writer hangs in its last record until the map stops queueing: two minutes, or until an
   * administrator who knows of the fence says so.
   */
  private static void endQueueing(Machine node) {
    node.exec("dmsetup message $(dmsetup ls --target multipath | cut -f 1) 0 fail_if_no_path");
  }

  private String owes(Machine node) {
    return cluster.kubectl(
        "get", "initiator", node.name(), "-o", "jsonpath={.status.debts[*].volume}");
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
}
