package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.soak.Sample;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.stack.VolumeLife;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A head that serves somebody else too, and a node that uses that. */
@InStack
class ForeignTargetLabTest {

  private final Stack stack;
  private final Machine node;

  ForeignTargetLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
  }

  @Test
  @DisplayName(
      "F32, rule 16: sessions, records and disks of another target, made by hand, are the same"
          + " throughout attach, restart, crash at a step, and detach")
  void untouched() {
    var clean = Leftovers.of(stack.lab());
    try (var foreign = ForeignTarget.inUse(stack.lab().san1(), node)) {
      String theirs = foreign.state();

      LabVolume volume = stack.create("beside", 64L << 20, Capabilities.block());
      var context = stack.bringUp(volume, node);
      assertThat(foreign.state()).as("after an attach").isEqualTo(theirs);
      stack.node(node).service().kill();
      stack.node(node).restart();
      assertThat(foreign.state()).as("after a restart").isEqualTo(theirs);
      stack.takeDown(volume, node, context);
      stack.delete(volume);
      assertThat(foreign.state()).as("after a detach").isEqualTo(theirs);

      var points = stack.killPoints(Stack.Program.NODE);
      var all = points.record(() -> VolumeLife.live(stack, node, "beside", VolumeLife.ONCE));
      int kills = points.kills();
      for (var moment : Sample.of("F32", all, 1, 10)) {
        points.arm(moment);
        VolumeLife.live(stack, node, "beside-killed", points);
        assertThat(points.kills()).as("killed %s", moment).isEqualTo(++kills);
        assertThat(foreign.state()).as("killed %s", moment).isEqualTo(theirs);
      }
    }
    clean.assertNoneSoon();
  }
}
