package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.soak.Soak;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.Stack;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Many volumes that come and go at once: none is ever taken for another. */
@InStack
class ManyVolumesLabTest {

  private static final long SIZE = 16L << 20;
  private static final Duration SOON = Duration.ofSeconds(60);

  private final Stack stack;
  private final List<Machine> nodes;
  private final AsKubelet kubelet =
      AsKubelet.bearing(Status.Code.ABORTED, Status.Code.DEADLINE_EXCEEDED);

  private record Attached(LabVolume volume, Machine node, Map<String, String> context) {}

  ManyVolumesLabTest(Stack stack) {
    this.stack = stack;
    this.nodes = List.of(stack.lab().node1(), stack.lab().node2());
  }

  @Test
  @DisplayName(
      "F37: many volumes on two nodes at once, each with a pattern of its own: every path reads and"
          + " writes its own volume, nothing is left")
  void noneForAnother() {
    var clean = Leftovers.of(stack.lab());
    List<LabVolume> volumes =
        IntStream.range(0, Soak.times(6, 50))
            .mapToObj(i -> stack.create("many-" + i, SIZE, Capabilities.block()))
            .toList();
    for (int round = 0; round < Soak.times(1, 3); round++) {
      round(volumes, round);
    }
    volumes.forEach(stack::delete);
    kubelet.failures().forEach(failure -> System.out.println("F37: again after " + failure));
    clean.assertNoneSoon();
  }

  /** Each volume comes to one node, in every round to the other one. */
  private void round(List<LabVolume> volumes, int round) {
    Queue<Attached> attached = new ConcurrentLinkedQueue<>();
    AtOnce.each(
        volumes,
        volume -> {
          int node = (volumes.indexOf(volume) + round) % nodes.size();
          attached.add(attach(volume, nodes.get(node)));
        });
    AtOnce.each(
        nodes,
        node -> attached.stream().filter(a -> a.node().equals(node)).forEach(a -> use(a, round)));
    for (LabVolume volume : volumes) {
      assertThat(Signature.onHead(stack.lab().san1(), volume))
          .as("what the head has for " + volume.name())
          .isEqualTo(Signature.of(volume));
    }
    AtOnce.each(attached, this::detach);
  }

  private Attached attach(LabVolume volume, Machine node) {
    var context = kubelet.ask("published", () -> stack.publish(volume, node));
    kubelet.call("staged", () -> stack.stage(volume, node, context));
    return new Attached(volume, node, context);
  }

  private void use(Attached attached, int round) {
    LabVolume volume = attached.volume();
    Machine node = attached.node();
    Paths.await(node, volume, 2, SOON);
    assertThat(Signature.read(node, volume))
        .as("what the map and each path of " + volume.name() + " hold before")
        .hasSize(3)
        .containsOnly(round == 0 ? Signature.BLANK : Signature.of(volume));
    Signature.write(node, volume);
    assertThat(Signature.read(node, volume))
        .as("what the map and each path of " + volume.name() + " hold after")
        .hasSize(3)
        .containsOnly(Signature.of(volume));
  }

  private void detach(Attached attached) {
    LabVolume volume = attached.volume();
    Machine node = attached.node();
    kubelet.call("unstaged", () -> stack.unstage(volume, node));
    stack.attest(volume, node, attached.context());
    kubelet.call("unpublished", () -> stack.unpublish(volume, node));
  }
}
