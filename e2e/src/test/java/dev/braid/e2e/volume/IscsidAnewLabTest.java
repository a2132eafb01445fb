package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.SanNetwork;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.Head;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.stack.Wait;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** iscsid is started anew, as by an update of its package, while a portal is dead. */
@InStack
class IscsidAnewLabTest {

  /** The node looks every ten seconds; iscsid's own tries come further apart. */
  private static final Duration CONVERGES = Duration.ofSeconds(120);

  private final Stack stack;
  private final Machine node;
  private final NodeSessions sessions;

  IscsidAnewLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
    this.sessions = new NodeSessions(node, Head.TARGET);
  }

  @Test
  @DisplayName(
      "F28, F20: iscsid started anew while a portal is dead ends no session there; a detach goes"
          + " well all the same, and the session is ended when its portal is back")
  void anew() {
    var clean = Leftovers.of(stack.lab());
    LabVolume first = stack.create("anew-first", 64L << 20, Capabilities.block());
    LabVolume second = stack.create("anew-second", 64L << 20, Capabilities.block());
    var firstContext = stack.bringUp(first, node);
    node.pullCable(SanNetwork.B);
    Wait.until("a path is lost", CONVERGES, () -> Paths.of(node, first).equals(new Paths(1, 1)));
    node.run("systemctl restart iscsid");
    var secondContext = stack.publish(second, node);
    // It logs in to all sessions again, in turn, and those to living portals are lost meanwhile.
    Wait.until("an attach goes well", CONVERGES, () -> stages(second, secondContext));
    stack.nodePublish(second, node, secondContext);
    assertThat(Paths.of(node, second)).isEqualTo(new Paths(1, 0));
    List<String> lost = sessions.ids().stream().filter(this::refusesToEnd).toList();
    assertThat(lost).as("sessions that iscsid does not end").hasSize(1);

    takeOff(first, firstContext);
    takeOff(second, secondContext);
    // The other one too, where iscsid's turn has not come to it, so that it does not know it yet.
    assertThat(sessions.ids()).containsAll(lost);

    // As long as the head knows the node: later the login is refused, until a volume comes again.
    node.plugCable(SanNetwork.B);
    Wait.until("every session is ended", CONVERGES, () -> sessions.ids().isEmpty());
    for (LabVolume volume : List.of(first, second)) {
      stack.unpublish(volume, node);
      stack.delete(volume);
    }
    clean.assertNoneSoon();
  }

  private void takeOff(LabVolume volume, Map<String, String> context) {
    stack.nodeUnpublish(volume, node);
    stack.unstage(volume, node);
    stack.attest(volume, node, context);
  }

  private boolean stages(LabVolume volume, Map<String, String> context) {
    return Failure.ifAny(() -> stack.stage(volume, node, context)).isEmpty();
  }

  /** By iscsiadm past Braid, of one that is lost: nobody loses a path by it. */
  private boolean refusesToEnd(String id) {
    String state = node.read("/sys/class/iscsi_session/session" + id + "/state").strip();
    return !state.equals("LOGGED_IN") && !node.exec("iscsiadm -m session -r " + id + " -u").ok();
  }
}
