package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.Stack;
import dev.braid.proto.csi.v1.VolumeCapability;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole way of a volume, on real paths, and that it leaves nothing behind. */
@InStack
class VolumeLifeLabTest {

  private static final long SIZE = 256L << 20;

  private final Stack stack;
  private final Machine node1;
  private final Machine node2;

  VolumeLifeLabTest(Stack stack) {
    this.stack = stack;
    this.node1 = stack.lab().node1();
    this.node2 = stack.lab().node2();
  }

  static Stream<Named<VolumeCapability>> kinds() {
    return Stream.of(
        Named.of("ext4", Capabilities.ext4()), Named.of("block", Capabilities.block()));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  @DisplayName(
      "F1, rule 15: every call a second time succeeds and changes nothing; nothing is left over")
  void everyCallTwice(VolumeCapability capability) {
    var clean = Leftovers.of(stack.lab());
    String name = "twice-" + (capability.hasBlock() ? "block" : "ext4");

    LabVolume volume = stack.create(name, SIZE, capability);
    assertThat(stack.create(name, SIZE, capability)).isEqualTo(volume);

    var context = stack.publish(volume, node1);
    assertThat(stack.publish(volume, node1)).isEqualTo(context);

    stack.stage(volume, node1, context);
    var staged = node1State();
    stack.stage(volume, node1, context);
    assertThat(node1State()).isEqualTo(staged);

    stack.nodePublish(volume, node1, context);
    var published = node1State();
    stack.nodePublish(volume, node1, context);
    assertThat(node1State()).isEqualTo(published);
    assertThat(Paths.of(node1, volume).working()).isEqualTo(2);

    stack.nodeUnpublish(volume, node1);
    stack.nodeUnpublish(volume, node1);
    stack.unstage(volume, node1);
    stack.unstage(volume, node1);
    stack.attest(volume, node1, context);
    stack.attest(volume, node1, context);
    stack.unpublish(volume, node1);
    stack.unpublish(volume, node1);
    stack.delete(volume);
    stack.delete(volume);

    clean.assertNoneSoon();
  }

  @Test
  @DisplayName(
      "Rule 8: data written on one node is read on the other, and the LUN keeps its identity")
  void movesToTheOtherNode() {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("moves", SIZE, Capabilities.ext4());
    var first = stack.bringUp(volume, node1);
    node1.run("echo whole > " + volume.targetPath() + "/word && sync");
    stack.takeDown(volume, node1, first);

    var second = stack.bringUp(volume, node2);
    assertThat(node2.read(volume.targetPath() + "/word")).isEqualTo("whole\n");
    assertThat(second.get("wwid")).isEqualTo(first.get("wwid"));
    stack.takeDown(volume, node2, second);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  private String node1State() {
    return Leftovers.snapshot(node1).toString();
  }
}
