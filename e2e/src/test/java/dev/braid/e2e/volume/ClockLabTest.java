package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.SanNetwork;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.stack.Wait;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A node whose clock is an hour off that of the head. */
@InStack
@Tag("soak")
class ClockLabTest {

  /** The node asks the heads once a minute. */
  private static final Duration ASKED = Duration.ofSeconds(150);

  private final Stack stack;
  private final Machine node;
  private boolean off;

  ClockLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node2();
  }

  @AfterEach
  void putRight() {
    if (off) {
      node.run("date -s '-1 hour'");
    }
  }

  @Test
  @DisplayName(
      "a clock an hour off the head's is named once, and refuses no attach; it is put right")
  void anHour() {
    var clean = Leftovers.of(stack.lab());
    LabVolume first = stack.create("clock-first", 64L << 20, Capabilities.block());
    LabVolume second = stack.create("clock-second", 64L << 20, Capabilities.block());
    var firstContext = stack.bringUp(first, node);
    long before = said().count();

    node.run("date -s '+1 hour'");
    off = true;
    Wait.until(
        "the node names its clock",
        ASKED,
        () -> said().skip(before).anyMatch(line -> line.contains("minutes ahead of")));
    assertThat(said().skip(before).findFirst().orElseThrow())
        .contains("60 minutes ahead of", stack.lab().san1().address(SanNetwork.A), "chronyc");
    var secondContext = stack.bringUp(second, node);

    node.run("date -s '-1 hour'");
    off = false;
    Wait.until(
        "it is right again",
        ASKED,
        () -> said().skip(before).anyMatch(line -> line.contains("not so any more")));
    assertThat(said().skip(before).filter(line -> line.contains("not right, though")))
        .as("one line for each portal, once")
        .hasSize(2);

    stack.takeDown(second, node, secondContext);
    stack.takeDown(first, node, firstContext);
    stack.delete(first);
    stack.delete(second);
    clean.assertNoneSoon();
  }

  /** What the plugin has said of its clock since the boot, in the order it was said in. */
  private Stream<String> said() {
    return node.run(
            "journalctl --sync; journalctl -b -u braid-node -o cat | grep -F \"this host's clock\" || true")
        .lines();
  }
}
