package dev.braid.e2e.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.soak.Soak;
import dev.braid.e2e.stack.Head;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.Wait;
import java.time.Duration;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a user does with claims, when nothing is wrong and when the claim is. */
@InRelease
class ClaimLabTest {

  private final Release release;
  private final LabCluster cluster;

  ClaimLabTest(Release release) {
    this.release = release;
    this.cluster = release.cluster();
  }

  @Test
  @DisplayName("A claim becomes a disk; drained to the other node its data is whole; nothing stays")
  void moves() {
    var clean = ClusterLeftovers.of(cluster);
    Writers writers =
        release.away(
            release.nodeOfController(),
            () -> {
              var made = Writers.create(cluster, "moves", 1, Release.STORAGE_CLASS, "64Mi");
              made.awaitRunning();
              return made;
            });
    try (PodWriter first = writers.follow()) {
      Machine from = first.machine();
      Paths.await(from, writers.volume().wwid(), 2, Duration.ofSeconds(30));
      first.acks().awaitCount(50, Deadline.after(Duration.ofSeconds(60)));
      cluster.kubectl(
          Writers.GONE, "drain", from.name(), "--ignore-daemonsets", "--delete-emptydir-data");
      writers.awaitRunning();
      Machine to = writers.machineOf(writers.pod());
      assertThat(to).isNotEqualTo(from);
      Paths.await(to, writers.volume().wwid(), 2, Duration.ofSeconds(30));
      first.acks().awaitEnd(Deadline.after(Duration.ofSeconds(30)));
      writers.readBack(writers.pod(), first).throwUnlessHolds();
      cluster.kubectl("uncordon", from.name());
    }
    writers.delete();
    clean.assertNoneNow();
  }

  @Test
  @DisplayName("F10: a claim of a class with an unknown pool gets an event that says which")
  void unknownPool() {
    assertThat(eventOf("pool: nowhere")).contains("nowhere").contains(Head.POOL);
  }

  @Test
  @DisplayName("F10: a claim of a class with an unknown parameter gets an event that says which")
  void unknownParameter() {
    assertThat(eventOf("pool: " + Head.POOL + "\n  colour: blue")).contains("colour");
  }

  private String eventOf(String parameters) {
    var clean = ClusterLeftovers.of(cluster);
    cluster.apply(
        """
        apiVersion: storage.k8s.io/v1
        kind: StorageClass
        metadata:
          name: wrong
        provisioner: braid.dev
        parameters:
          PARAMETERS
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata:
          name: wrong
        spec:
          storageClassName: wrong
          accessModes: [ReadWriteOnce]
          resources:
            requests: {storage: 64Mi}
        """
            .replace("PARAMETERS", parameters));
    try {
      var message = new StringBuilder();
      Wait.until(
          "the claim has an event that it failed",
          Duration.ofSeconds(60),
          () -> {
            message.append(
                cluster.kubectl(
                    "get",
                    "events",
                    "--field-selector",
                    "involvedObject.name=wrong,reason=ProvisioningFailed",
                    "-o",
                    "jsonpath={.items[*].message}"));
            return !message.isEmpty();
          });
      return message.toString();
    } finally {
      cluster.kubectl("delete", "pvc/wrong", "storageclass/wrong");
      cluster.kubectl("delete", "events", "--field-selector", "involvedObject.name=wrong");
      clean.assertNoneNow();
    }
  }

  @Test
  @DisplayName("F12: many claims and pods on two nodes at once: all run, all go, nothing is left")
  void manyAtOnce() {
    var clean = ClusterLeftovers.of(cluster);
    int many = Soak.times(6, 10);
    System.out.printf("F12: %d claims%n", many);
    var writers = Writers.createPlain(cluster, "many", many, Release.STORAGE_CLASS, "64Mi");
    writers.awaitRunning();
    var nodes = writers.pods().stream().map(writers::machineOf).collect(Collectors.toSet());
    assertThat(nodes).as("both nodes have some of them").hasSize(2);
    var volumes = writers.claims().stream().map(writers::volumeOf).collect(Collectors.toSet());
    assertThat(volumes).hasSize(many);
    writers.delete();
    clean.assertNoneNow();
  }
}
