package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.soak.Sampled;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Stack;
import io.grpc.Status;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a caller sees while a head's agent is away or does not know us. */
@InStack
@Sampled(1)
class HeadDownLabTest {

  private static final Duration SOON = Duration.ofSeconds(5);

  private final Stack stack;

  HeadDownLabTest(Stack stack) {
    this.stack = stack;
  }

  @Test
  @DisplayName(
      "F3: agent down: UNAVAILABLE within 5 s, I/O goes on, and the same call later finishes")
  void agentDown() {
    var clean = Leftovers.of(stack.lab());
    var node = stack.lab().node1();
    LabVolume used = stack.create("used-meanwhile", 64L << 20, Capabilities.ext4());
    var context = stack.bringUp(used, node);

    stack.head().service().stop();
    var code = Failure.of(() -> stack.create("late", 64L << 20, Capabilities.block()));
    assertThat(code.status()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(code.took()).isLessThan(SOON);
    assertThat(code.message()).contains("san1");
    node.run("dd if=/dev/zero of=" + used.targetPath() + "/f bs=64k count=16 oflag=direct");

    stack.head().start();
    var late = stack.create("late", 64L << 20, Capabilities.block());
    stack.delete(late);
    stack.takeDown(used, node, context);
    stack.delete(used);
    clean.assertNoneSoon();
  }

  @Test
  @DisplayName(
      "F3, rule 20: a controller whose certificate another CA signed: UNAUTHENTICATED within 5 s")
  void strangersCertificate() {
    var clean = Leftovers.of(stack.lab());
    stack.controller().restartWithStrangersCertificate();
    try {
      var code = Failure.of(() -> stack.create("stranger", 64L << 20, Capabilities.block()));
      assertThat(code.status()).isEqualTo(Status.Code.UNAUTHENTICATED);
      assertThat(code.took()).isLessThan(SOON);
      assertThat(code.message()).contains("certificate");
    } finally {
      stack.controller().restart();
    }
    stack.delete(stack.create("stranger", 64L << 20, Capabilities.block()));
    clean.assertNoneSoon();
  }
}
