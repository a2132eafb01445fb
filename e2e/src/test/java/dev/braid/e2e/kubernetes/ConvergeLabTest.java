package dev.braid.e2e.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.soak.Soak;
import dev.braid.e2e.stack.Wait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** {@code kill -9} in the middle of a claim's birth, move and death. */
@InRelease
class ConvergeLabTest {

  /** Birth, move, death. */
  private static final int MOMENTS = 3;

  /** From what was asked to about when it would be done. */
  private static final int LONGEST_MILLIS = 8000;

  private static final Duration THERE = Duration.ofMinutes(3);

  private enum Victim {
    CONTROLLER,
    PROVISIONER,
    ATTACHER,
    NODE_PLUGIN,
    AGENT,
    API_SERVER
  }

  private final Release release;
  private final LabCluster cluster;

  ConvergeLabTest(Release release) {
    this.release = release;
    this.cluster = release.cluster();
  }

  @Test
  @DisplayName("F8: kill -9 in a claim's birth, move and death: it converges, nothing is left")
  void converges() {
    var random = new Random(Soak.seed());
    var victims = new ArrayList<>(List.of(Victim.values()));
    Collections.shuffle(victims, random);
    System.out.printf("F8: %s, BRAID_SEED=%d%n", victims, Soak.seed());
    if (Soak.all()) {
      for (Victim victim : victims) {
        life(Collections.nCopies(MOMENTS, victim), random);
      }
    } else {
      life(victims.subList(0, MOMENTS), random);
    }
  }

  /** A claim's whole life, in each of whose moments another is killed. */
  private void life(List<Victim> victims, Random random) {
    var clean = ClusterLeftovers.of(cluster);
    var writers = Writers.create(cluster, "converge", 1, Release.STORAGE_CLASS, "64Mi");
    kill(victims.get(0), random);
    writers.awaitRunning();

    try (PodWriter first = writers.follow()) {
      first.acks().awaitCount(20, Deadline.after(Duration.ofSeconds(60)));
      Machine from = first.machine();
      cluster.kubectl("cordon", from.name());
      cluster.kubectl("delete", "pod", writers.pod(), "--wait=false");
      kill(victims.get(1), random);
      Wait.until(
          "the pod runs on the other node", Writers.RUNNING, () -> writers.hasMovedFrom(from));
      writers.awaitRunning();
      assertThat(release.nodesWith(writers.volume()))
          .as("the nodes that the head gives the volume to")
          .containsExactly(writers.machineOf(writers.pod()).name());
      cluster.kubectl("uncordon", from.name());
      writers.readBack(writers.pod(), first).throwUnlessHolds();
    }

    cluster.kubectl("delete", "statefulset", "converge", "--wait=false");
    cluster.kubectl("delete", "pvc", writers.claim(), "--wait=false");
    kill(victims.get(2), random);
    writers.delete();
    release.awaitReady();
    clean.assertNoneNow();
  }

  /** At a random moment of what is going on; whoever restarts it does so. */
  private void kill(Victim victim, Random random) {
    LockSupport.parkNanos(random.nextInt(LONGEST_MILLIS) * 1_000_000L);
    switch (victim) {
      case CONTROLLER -> inNodes("csi-controller/java.args");
      case PROVISIONER -> inNodes("csi-provisioner --csi-address");
      case ATTACHER -> inNodes("csi-attacher --csi-address");
      case NODE_PLUGIN -> inNodes("csi-node/java.args");
      case AGENT -> {
        release.head().service().kill();
        release.head().start();
      }
      case API_SERVER -> {
        cluster.controlPlane().apiServer().kill();
        cluster.controlPlane().start();
      }
    }
  }

  /** Whoever was killed before may have taken this one along: then it is waited for. */
  private void inNodes(String commandLine) {
    Wait.until("there is a " + commandLine + " to kill", THERE, () -> killAny(commandLine));
  }

  private boolean killAny(String commandLine) {
    boolean any = false;
    for (String node : cluster.nodes()) {
      any |= Release.kill(cluster.machine(node), commandLine);
    }
    return any;
  }
}
