package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.Head;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.Stack;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** More sessions to Braid's target than Braid made. */
@InStack
class TwoSessionsLabTest {

  private final Stack stack;
  private final Machine node;

  TwoSessionsLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
  }

  @Test
  @DisplayName(
      "F33: two sessions per portal: a volume is attached over those it needs, each map has its own"
          + " LUN's paths alone, and the last detach ends them all")
  void twoPerPortal() {
    var clean = Leftovers.of(stack.lab());
    LabVolume first = stack.create("one-session", 64L << 20, Capabilities.block());
    LabVolume second = stack.create("two-sessions", 64L << 20, Capabilities.block());
    var firstContext = stack.bringUp(first, node);
    var firstDevice = new Device(node, first);
    firstDevice.mark("first");

    var sessions = new NodeSessions(node, Head.TARGET);
    sessions.ids().forEach(sessions::repeat);
    assertThat(sessions.ids()).hasSize(4);

    var secondContext = stack.bringUp(second, node);
    var secondDevice = new Device(node, second);
    secondDevice.mark("second");
    Paths paths = Paths.of(node, second);
    assertThat(paths.working()).isBetween(2, 4);
    assertThat(paths.failed()).isZero();
    assertThat(secondDevice.kept()).as("its own paths").isEqualTo(secondDevice.paths().size());
    assertThat(firstDevice.kept()).as("the first's").isEqualTo(firstDevice.paths().size());
    assertThat(firstDevice.marked()).isEqualTo("first");
    assertThat(secondDevice.marked()).isEqualTo("second");

    stack.takeDown(second, node, secondContext);
    assertThat(secondDevice.kept()).isZero();
    assertThat(Paths.of(node, first).working()).isGreaterThanOrEqualTo(2);
    assertThat(firstDevice.marked()).isEqualTo("first");
    stack.takeDown(first, node, firstContext);
    assertThat(sessions.ids()).isEmpty();
    stack.delete(first);
    stack.delete(second);
    clean.assertNoneSoon();
  }
}
