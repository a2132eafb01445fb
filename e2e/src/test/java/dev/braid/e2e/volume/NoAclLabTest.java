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

/** A head that does not let this node log in. */
@InStack
class NoAclLabTest {

  /** Two refused logins side by side, then a look into why. */
  private static final Duration BOUND = Duration.ofSeconds(40);

  private final Stack stack;
  private final Machine node;
  private final HeadByHand head;

  NoAclLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
    this.head = new HeadByHand(stack.lab().san1(), node);
  }

  @Test
  @DisplayName(
      "F21: no ACL for this initiator: the stage says so and leaves no session, record or device;"
          + " it is given one: attached")
  void noAcl() {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("no-acl", 64L << 20, Capabilities.ext4());
    var context = stack.publish(volume, node);
    head.unmap(String.valueOf(context.get("lun")));
    head.removeAcl();

    Failure failure = Failure.of(() -> stack.stage(volume, node, context));
    assertThat(failure.status()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(failure.took()).isLessThan(BOUND);
    assertThat(failure.message()).contains(Head.TARGET, "has no ACL for " + node.iqn());
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
