package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.stack.Wait;
import io.grpc.Status;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A node that is not fit for an attach, for a while. */
@InStack
class GateLabTest {

  private static final String MULTIPATHD = "multipathd.socket multipathd.service";

  /** What was seen of a host that was fit holds for 15 seconds. */
  private static final String UNTIL_IT_LOOKS_AGAIN = "sleep 16";

  /** A refusal makes no attempt; the rest is emulation. */
  private static final Duration AT_ONCE = Duration.ofSeconds(10);

  private static final Duration OPENS = Duration.ofSeconds(90);

  private final Stack stack;
  private final Machine node;

  GateLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
  }

  @AfterEach
  void start() {
    node.exec("systemctl start " + MULTIPATHD);
  }

  @Test
  @DisplayName(
      "multipathd stopped: a stage is refused at once, with the reason; an unstage goes on;"
          + " started, the gate opens by itself")
  void multipathdStopped() {
    var clean = Leftovers.of(stack.lab());
    LabVolume staged = stack.create("gate-staged", 64L << 20, Capabilities.ext4());
    LabVolume refused = stack.create("gate-refused", 64L << 20, Capabilities.ext4());
    var stagedContext = stack.bringUp(staged, node);
    var refusedContext = stack.publish(refused, node);

    node.exec("systemctl stop " + MULTIPATHD);
    assertThat(node.exec("systemctl is-active -q multipathd").ok()).isFalse();
    node.run(UNTIL_IT_LOOKS_AGAIN);
    Failure failure = Failure.of(() -> stack.stage(refused, node, refusedContext));
    assertThat(failure.status()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(failure.message()).contains("multipathd does not listen", "start multipathd");
    assertThat(failure.took()).isLessThan(AT_ONCE);

    stack.takeDown(staged, node, stagedContext);

    node.exec("systemctl start " + MULTIPATHD);
    Wait.until(
        "the gate opens",
        OPENS,
        () -> {
          stack.stage(refused, node, refusedContext);
          return true;
        });
    stack.nodePublish(refused, node, refusedContext);
    stack.takeDown(refused, node, refusedContext);
    stack.delete(staged);
    stack.delete(refused);
    clean.assertNoneSoon();
  }
}
