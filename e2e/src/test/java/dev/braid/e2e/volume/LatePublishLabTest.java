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
import io.grpc.Status;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A node that is told of a volume before the head has it mapped for it. */
@InStack
class LatePublishLabTest {

  private static final Duration BOUND = Duration.ofSeconds(40);

  private final Stack stack;
  private final Machine node;
  private final HeadByHand head;

  LatePublishLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
    this.head = new HeadByHand(stack.lab().san1(), node);
  }

  @Test
  @DisplayName(
      "F22: staged before it is mapped: the stage says that the head shows no such LUN, and leaves"
          + " nothing; mapped, the same call succeeds")
  void late() {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("late-publish", 64L << 20, Capabilities.block());
    var context = stack.publish(volume, node);
    String lun = String.valueOf(context.get("lun"));
    head.unmap(lun);

    Failure failure = Failure.of(() -> stack.stage(volume, node, context));
    assertThat(failure.status()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(failure.took()).isLessThan(BOUND);
    assertThat(failure.message())
        .contains("no path to LUN " + lun, "is it published to this node?");
    var sessions = new NodeSessions(node, Head.TARGET);
    assertThat(sessions.ids()).isEmpty();
    assertThat(sessions.records()).isEmpty();
    assertThat(new Device(node, volume).kept()).isZero();

    assertThat(stack.publish(volume, node)).isEqualTo(context);
    stack.stage(volume, node, context);
    assertThat(Paths.of(node, volume).working()).isEqualTo(2);
    stack.unstage(volume, node);
    stack.attest(volume, node, context);
    stack.unpublish(volume, node);
    stack.delete(volume);
    clean.assertNoneSoon();
  }
}
