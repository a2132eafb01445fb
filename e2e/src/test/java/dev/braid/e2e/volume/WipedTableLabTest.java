package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.stack.Wait;
import dev.braid.proto.csi.v1.VolumeHealthErrorType;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Somebody put a table that fails all I/O into a volume's map, as one does with a stuck one. */
@InStack
class WipedTableLabTest {

  /** The node looks every ten seconds; then a scan, in emulation. */
  private static final Duration JOINS = Duration.ofSeconds(90);

  private final Stack stack;
  private final Machine node;

  WipedTableLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
  }

  @Test
  @DisplayName(
      "F27: a volume whose map was wiped says so, and comes off; other volumes get their lost paths"
          + " back meanwhile")
  void wiped() {
    var clean = Leftovers.of(stack.lab());
    LabVolume wiped = stack.create("wiped", 64L << 20, Capabilities.block());
    LabVolume other = stack.create("wiped-other", 64L << 20, Capabilities.block());
    var wipedContext = stack.bringUp(wiped, node);
    var otherContext = stack.bringUp(other, node);
    var map = new Device(node, wiped);

    node.run("dmsetup wipe_table " + map.name());
    String path = new Device(node, other).paths().get(0);
    node.run("echo 1 > /sys/block/" + path + "/device/delete");
    Wait.until(
        "another's path is back", JOINS, () -> Paths.of(node, other).equals(new Paths(2, 0)));

    assertThat(map.table()).contains("error");
    assertThat(stack.health(wiped, node).getHealthStatusesList())
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.getStatus()).isEqualTo(VolumeHealthErrorType.INACCESSIBLE);
              assertThat(entry.getMessage()).contains("another table");
            });
    assertThat(Failure.of(() -> stack.stage(wiped, node, wipedContext)).message())
        .contains("has no multipath table any more", map.name());
    assertThat(stack.health(other, node).getHealthStatusesList()).isEmpty();

    stack.takeDown(wiped, node, wipedContext);
    stack.takeDown(other, node, otherContext);
    stack.delete(wiped);
    stack.delete(other);
    clean.assertNoneSoon();
  }

  @Test
  @DisplayName(
      "F27: one that is mounted and wiped is not taken off, as what was written may be lost; with"
          + " its own table loaded again, by the command that the message says, it comes off")
  void mounted() {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("wiped-mounted", 64L << 20, Capabilities.ext4());
    var context = stack.publish(volume, node);
    stack.stage(volume, node, context);
    String map = new Device(node, volume).name();
    node.run("dmsetup wipe_table " + map);

    String mend = "multipath -r " + map;
    assertThat(Failure.of(() -> stack.unstage(volume, node)).message()).contains(mend);
    node.run(mend);
    Wait.until(
        "it comes off", JOINS, () -> Failure.ifAny(() -> stack.unstage(volume, node)).isEmpty());
    stack.attest(volume, node, context);
    stack.unpublish(volume, node);
    stack.delete(volume);
    clean.assertNoneSoon();
  }
}
