package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.soak.Sampled;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.stack.Wait;
import dev.braid.e2e.writer.WriterSession;
import dev.braid.e2e.writer.Writing;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Taking a volume from a node that does not give its word. */
@InStack
@Sampled(1)
class FenceLabTest {

  private final Stack stack;
  private final Machine node1;
  private final Machine node2;

  FenceLabTest(Stack stack) {
    this.stack = stack;
    this.node1 = stack.lab().node1();
    this.node2 = stack.lab().node2();
  }

  @Test
  @DisplayName(
      "Rule 7: a node without power is fenced; its data is whole on the other; it owes until it is back")
  void nodeWithoutPower() {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("power", 64L << 20, Capabilities.ext4());
    var first = stack.bringUp(volume, node1);
    node1.run("echo whole > " + volume.targetPath() + "/word && sync -f " + volume.targetPath());
    node1.powerCut();

    stack.unpublish(volume, node1);
    var second = stack.bringUp(volume, node2);
    assertThat(node2.read(volume.targetPath() + "/word")).isEqualTo("whole\n");
    assertThat(second.get("generation")).isNotEqualTo(first.get("generation"));

    node1.powerOn();
    assertThat(node1.run("iscsiadm -m session 2>&1 || true")).contains("No active sessions");
    stack.node(node1).restart();
    stack.nodeUnpublish(volume, node1);
    stack.unstage(volume, node1);
    stack.attest(volume, node1, first);
    stack.takeDown(volume, node2, second);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  @Test
  @DisplayName(
      "Rule 7: a node that writes on without giving its word is fenced before OK; nothing of it comes later")
  void nodeThatWritesOn() {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("writes-on", 64L << 20, Capabilities.block());
    var first = stack.bringUp(volume, node1);
    var writing = Writing.to(volume.id(), volume.targetPath()).once(32 << 20);
    try (var writer = WriterSession.start(node1, writing)) {
      writer.acks().awaitCount(50, Deadline.after(Duration.ofSeconds(60)));
      stack.unpublish(volume, node1);
      int acknowledged = writer.acks().count();

      var second = stack.bringUp(volume, node2);
      var seen = WriterSession.readBack(node2, writing).compare(List.of(writer.acks()));
      seen.throwUnlessHolds();
      assertThat(seen.read())
          .as("at most the one record that was under way is there beyond those acknowledged")
          .isBetween((long) acknowledged, acknowledged + 1L);
      assertThat(writer.acks().count())
          .as("nothing was acknowledged after the fence")
          .isEqualTo(acknowledged);
      stack.takeDown(volume, node2, second);
    }
    // The writer hangs in its last record until the map stops queueing, and so long it holds the
    // mount: two minutes, or until an administrator who knows of the fence says so.
    node1.run("dmsetup message $(dmsetup ls --target multipath | cut -f 1) 0 fail_if_no_path");
    Wait.until(
        "the fenced node lets go of the volume",
        Duration.ofMinutes(4),
        () -> {
          stack.nodeUnpublish(volume, node1);
          return true;
        });
    stack.unstage(volume, node1);
    stack.attest(volume, node1, first);
    stack.delete(volume);
    clean.assertNoneSoon();
  }
}
