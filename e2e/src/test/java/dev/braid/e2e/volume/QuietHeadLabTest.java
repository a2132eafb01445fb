package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Stack;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * A head that gives a node one LUN more tells so on each of the node's other LUNs, over every path.
 */
@InStack
class QuietHeadLabTest {

  private static final String RULE = "/run/udev/rules.d/00-braid.rules";
  private static final String EVENTS = "/run/braid-test-events";

  private final Stack stack;
  private final Machine node;

  QuietHeadLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
  }

  @Test
  @DisplayName("rule 19: a LUN that comes makes udev no work for the others, where it well could")
  void noStorm() {
    var clean = Leftovers.of(stack.lab());
    LabVolume stays = stack.create("stays", 64L << 20, Capabilities.block());
    var context = stack.bringUp(stays, node);

    node.run("mv " + RULE + " /run/braid-test-rule && udevadm control --reload");
    assertThat(eventsOfOthers("without", stays))
        .as("without the rule, udev goes through both paths of the other LUN")
        .isGreaterThanOrEqualTo(2);

    node.run("mv /run/braid-test-rule " + RULE + " && udevadm control --reload");
    assertThat(eventsOfOthers("with", stays)).as("with it, through none").isZero();

    stack.takeDown(stays, node, context);
    stack.delete(stays);
    clean.assertNoneSoon();
  }

  /** How many events of block devices udev worked off as another LUN was mapped and unmapped. */
  private long eventsOfOthers(String name, LabVolume stays) {
    long before = told();
    node.run(
        "udevadm settle; rm -f "
            + EVENTS
            + "; (exec udevadm monitor --udev --subsystem-match=block > "
            + EVENTS
            + " 2>&1 < /dev/null & echo $! > "
            + EVENTS
            + ".pid); until grep -q 'UDEV - ' "
            + EVENTS
            + "; do read -rt 0.1 < <(:) || true; done");
    LabVolume comes = stack.create(name, 64L << 20, Capabilities.block());
    Map<String, String> context = stack.publish(comes, node);
    for (String path : node.run("ls /sys/block/" + map(stays) + "/slaves").split("\\s+")) {
      node.run("dd if=/dev/" + path + " of=/dev/null bs=4k count=1 iflag=direct status=none");
    }
    assertThat(told()).as("the kernel was told on both paths").isGreaterThanOrEqualTo(before + 1);
    node.run("udevadm settle -t 30; kill $(cat " + EVENTS + ".pid); rm " + EVENTS + ".pid");
    long events = node.read(EVENTS).lines().filter(line -> line.contains("change")).count();
    node.run("rm " + EVENTS);
    stack.attest(comes, node, context);
    stack.unpublish(comes, node);
    stack.delete(comes);
    return events;
  }

  private long told() {
    return Long.parseLong(
        node.run("dmesg | grep -c 'LUN assignments on this target have changed' || true"));
  }

  private String map(LabVolume volume) {
    return node.run("basename $(readlink -f /dev/disk/by-id/dm-uuid-mpath-" + volume.wwid() + ")");
  }
}
