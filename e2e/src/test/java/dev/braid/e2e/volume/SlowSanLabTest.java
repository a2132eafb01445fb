package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.SanNetwork;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.soak.Soak;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.stack.VolumeLife;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A head far away, and a node with no processor to spare. */
@InStack
class SlowSanLabTest {

  private static final Duration ROUND_TRIP = Duration.ofMillis(120);
  private static final Duration SOON = Duration.ofSeconds(60);

  private final Stack stack;
  private final Machine node;

  SlowSanLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
  }

  @AfterEach
  void allProcessors() {
    setOtherProcessors(1);
  }

  @Test
  @DisplayName(
      "F36: at 120 ms round trip and on one CPU volumes live as ever, two at once: every call"
          + " succeeds at once, over both paths, and nothing is left")
  void livesAsEver() {
    var clean = Leftovers.of(stack.lab());
    setOtherProcessors(0);
    assertThat(node.run("nproc")).isEqualTo("1");
    for (SanNetwork network : SanNetwork.values()) {
      node.delay(network, ROUND_TRIP); // what the node sends is late; what it is sent is not
    }

    for (int round = 0; round < Soak.times(1, 20); round++) {
      AtOnce.run(
          this::blockLife, () -> VolumeLife.live(stack, node, "slow-files", VolumeLife.ONCE));
    }

    for (SanNetwork network : SanNetwork.values()) {
      node.clearDelay(network);
    }
    clean.assertNoneSoon();
  }

  private void blockLife() {
    LabVolume volume = stack.create("slow-block", 64L << 20, Capabilities.block());
    var context = stack.bringUp(volume, node);
    Paths.await(node, volume, 2, SOON);
    Signature.write(node, volume);
    assertThat(Signature.read(node, volume)).hasSize(3).containsOnly(Signature.of(volume));
    stack.takeDown(volume, node, context);
    stack.delete(volume);
  }

  /** An emulated node has one anyway, one with KVM has two. */
  private void setOtherProcessors(int online) {
    node.run(
        "for c in /sys/devices/system/cpu/cpu[1-9]*/online; do [ ! -e $c ] || echo "
            + online
            + " > $c; done");
  }
}
