package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.soak.Soak;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.SecondPlugin;
import dev.braid.e2e.stack.Stack;
import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Two processes of the plugin on one node, as in the moments of an upgrade. */
@InStack
class TwoPluginsLabTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  private final Stack stack;
  private final Machine node;

  /** What the locks between the two say: another has it, again. */
  private final AsKubelet kubelet = AsKubelet.bearing(Status.Code.ABORTED);

  TwoPluginsLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
  }

  @Test
  @DisplayName(
      "F39, rule 12: two plugins at once, on the same volume: one device, one mount, then none; on"
          + " two of one target: no logout of one takes a path of the other; what one staged the"
          + " other unstages")
  void twoAtOnce() {
    var clean = Leftovers.of(stack.lab());
    LabVolume one = stack.create("by-old", 64L << 20, Capabilities.ext4());
    LabVolume two = stack.create("by-new", 64L << 20, Capabilities.ext4());
    var contextOne = stack.publish(one, node);
    var contextTwo = stack.publish(two, node);
    try (var second = SecondPlugin.start(node)) {
      Stack upgraded = stack.through(node, second);
      for (int round = 0; round < Soak.times(1, 50); round++) {
        sameVolume(upgraded, one, contextOne);
      }
      AtOnce.run(() -> lives(stack, one, contextOne), () -> lives(upgraded, two, contextTwo));

      stage(stack, one, contextOne);
      stage(upgraded, two, contextTwo);
      AtOnce.run(() -> unstage(upgraded, one), () -> unstage(stack, two));
    }
    end(one, contextOne);
    end(two, contextTwo);
    clean.assertNoneSoon();
  }

  private void sameVolume(Stack upgraded, LabVolume volume, Map<String, String> context) {
    AtOnce.run(() -> stage(stack, volume, context), () -> stage(upgraded, volume, context));
    Paths.await(node, volume, 2, SOON);
    assertThat(mounts(volume)).isEqualTo("1");
    AtOnce.run(() -> unstage(stack, volume), () -> unstage(upgraded, volume));
    assertThat(Paths.of(node, volume)).isEqualTo(new Paths(0, 0));
    assertThat(node.run("ls /sys/class/iscsi_session")).isEmpty();
  }

  private void end(LabVolume volume, Map<String, String> context) {
    stack.attest(volume, node, context);
    stack.unpublish(volume, node);
    stack.delete(volume);
  }

  private void lives(Stack by, LabVolume volume, Map<String, String> context) {
    String file = volume.stagingPath() + "/word";
    for (int life = 0; life < Soak.times(2, 50); life++) {
      stage(by, volume, context);
      Paths.await(node, volume, 2, SOON);
      if (life > 0) {
        assertThat(node.read(file)).isEqualTo(volume.name() + " " + (life - 1) + "\n");
      }
      node.run("echo " + volume.name() + " " + life + " > " + file);
      unstage(by, volume);
    }
  }

  private void stage(Stack by, LabVolume volume, Map<String, String> context) {
    kubelet.call("staged", () -> by.stage(volume, node, context));
  }

  private void unstage(Stack by, LabVolume volume) {
    kubelet.call("unstaged", () -> by.unstage(volume, node));
  }

  private String mounts(LabVolume volume) {
    return node.run("grep -c ' " + volume.stagingPath() + " ' /proc/mounts || true");
  }
}
