package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.SanNetwork;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.soak.Sample;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.Head;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.stack.Wait;
import dev.braid.proto.csi.v1.VolumeHealth.VolumeHealthEntry;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The causes of a session that does not come about, or not back, as LIO and the network show them;
 * but for those that have a test of their own: no ACL ({@link NoAclLabTest}) and CHAP ({@link
 * ChapLabTest}).
 */
@InStack
class FailedSessionLabTest {

  /** The node looks every ten seconds, and into the same portal once a minute; in emulation. */
  private static final Duration SAID = Duration.ofSeconds(150);

  private final Stack stack;
  private final Machine head;
  private final Machine node;

  FailedSessionLabTest(Stack stack) {
    this.stack = stack;
    this.head = stack.lab().san1();
    this.node = stack.lab().node1();
  }

  static List<FailedSession> sample() {
    return Sample.of("causes", List.of(FailedSession.values()), 3);
  }

  @ParameterizedTest
  @MethodSource("sample")
  @DisplayName(
      "F20, F21: the failed stage says what keeps both sessions from coming about, and leaves"
          + " nothing; mended, the volume is attached")
  void said(FailedSession cause) {
    var clean = Leftovers.of(stack.lab());
    String name = cause.name().toLowerCase(Locale.ROOT).replace('_', '-');
    LabVolume volume = stack.create(name, 64L << 20, Capabilities.block());
    var context = stack.publish(volume, node);
    var sessions = new NodeSessions(node, Head.TARGET);

    try (Undo undo = cause.make(head, node)) {
      Failure failure = Failure.of(() -> stack.stage(volume, node, context));
      assertThat(failure.status()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(failure.message()).contains(cause.said());
      assertThat(sessions.ids()).isEmpty();
      assertThat(sessions.records()).isEmpty();
    }

    stack.stage(volume, node, context);
    Paths.await(node, volume, 2, SAID);
    stack.nodePublish(volume, node, context);
    stack.takeDown(volume, node, context);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  @Test
  @DisplayName("F21: the head serves no such target: the failed stage says so, and leaves nothing")
  void unknownTarget() {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("unknown-target", 64L << 20, Capabilities.block());
    var context = stack.publish(volume, node);
    var other = new HashMap<>(context);
    other.put("targetIqn", Head.TARGET + "-of-another-head");

    Failure failure = Failure.of(() -> stack.stage(volume, node, other));
    assertThat(failure.message())
        .contains("does not serve the target", "does the head serve this pool");
    assertThat(new NodeSessions(node, String.valueOf(other.get("targetIqn"))).records()).isEmpty();

    stack.stage(volume, node, context);
    stack.nodePublish(volume, node, context);
    stack.takeDown(volume, node, context);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  @Test
  @DisplayName(
      "rule 18: a session that lost its connection and is not made anew, as iscsid hangs: the"
          + " volume's health says so, and since when")
  void recovering() {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("recovering", 64L << 20, Capabilities.block());
    var context = stack.bringUp(volume, node);
    try (Undo frozen = Daemon.ISCSID.freeze(node)) {
      node.pullCable(SanNetwork.B);
      Wait.until("a path is lost", SAID, () -> Paths.of(node, volume).equals(new Paths(1, 1)));
      node.plugCable(SanNetwork.B);
      Wait.until(
          "the volume's health says why",
          SAID,
          () -> health(volume).contains("lost its connection, and iscsid makes it anew"));
      assertThat(health(volume)).contains(head.address(SanNetwork.B), "since");
    }
    Wait.until("it works again", SAID, () -> Paths.of(node, volume).equals(new Paths(2, 0)));
    stack.takeDown(volume, node, context);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  private String health(LabVolume volume) {
    return stack.health(volume, node).getHealthStatusesList().stream()
        .map(VolumeHealthEntry::getMessage)
        .collect(Collectors.joining());
  }
}
