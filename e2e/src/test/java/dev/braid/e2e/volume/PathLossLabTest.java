package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.e2e.lab.SanNetwork;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.writer.WriterSession;
import dev.braid.e2e.writer.Writing;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A cable pulled under load. */
@InStack
class PathLossLabTest {

  private final Stack stack;

  PathLossLabTest(Stack stack) {
    this.stack = stack;
  }

  @Test
  @DisplayName(
      "Timings: a path lost under a writer costs at most the bound, no record is lost, and it returns by itself")
  void secondNetworkLost() {
    var clean = Leftovers.of(stack.lab());
    var node = stack.lab().node2();
    var volume = stack.create("path-loss", 256L << 20, Capabilities.block());
    var context = stack.bringUp(volume, node);
    Paths.await(node, volume, 2, Duration.ofSeconds(30));
    try (var writer = WriterSession.start(node, Writing.to(volume.id(), volume.targetPath()))) {
      writer.acks().awaitCount(100, Deadline.after(Duration.ofSeconds(60)));
      node.pullCable(SanNetwork.B);
      Paths.await(node, volume, 1, Duration.ofSeconds(60));
      writer.acks().awaitMore(100, Deadline.after(Duration.ofSeconds(60)));
      node.plugCable(SanNetwork.B);
      Paths.await(node, volume, 2, Duration.ofSeconds(90));
      writer.acks().awaitMore(100, Deadline.after(Duration.ofSeconds(60)));
      assertThat(writer.acks().largestGap().orElseThrow().length())
          .isLessThanOrEqualTo(Duration.ofSeconds(14));
      writer.stopAndReadBack().throwUnlessHolds();
    }
    stack.takeDown(volume, node, context);
    stack.delete(volume);
    clean.assertNoneSoon();
  }
}
