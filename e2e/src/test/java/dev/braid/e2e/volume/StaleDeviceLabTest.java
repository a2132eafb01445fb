package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Stack;
import io.grpc.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Devices that the kernel made of one LUN, and behind whose address there is another by now. */
@InStack
class StaleDeviceLabTest {

  private final Stack stack;
  private final Machine node;
  private final HeadByHand head;

  StaleDeviceLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
    this.head = new HeadByHand(stack.lab().san1(), node);
  }

  @Test
  @DisplayName(
      "F23, rule 11: a stale device at the address: in use, the stage is refused, names the user"
          + " and touches nothing; unused, it is cleared and the volume has its own data")
  void stale() {
    var clean = Leftovers.of(stack.lab());
    LabVolume old = stack.create("stale", 64L << 20, Capabilities.block());
    LabVolume fresh = stack.create("fresh", 64L << 20, Capabilities.block());
    var oldContext = stack.publish(old, node);
    stack.stage(old, node, oldContext);
    var stale = new Device(node, old);
    stale.mark("old");
    var freshContext = stack.publish(fresh, node);
    stack.stage(fresh, node, freshContext);
    var device = new Device(node, fresh);
    device.mark("fresh");
    stack.unstage(fresh, node);
    List<String> paths = stale.paths();

    String number = lun(oldContext);
    giveAway(number, lun(freshContext));
    var crossed = new HashMap<>(freshContext);
    crossed.put("lun", number);

    // Without a guard: whoever scans and believes the kernel has the one LUN for the other.
    node.run("for s in /sys/class/scsi_host/host*/scan; do echo \"- - " + number + "\" > $s; done");
    assertThat(stale.kept()).as("a scan leaves a device that is there as it is").isEqualTo(2);
    assertThat(node.run("sg_inq -p 0x80 /dev/" + paths.get(0)))
        .as("what answers by now")
        .contains(fresh.id().serial().toString());
    assertThat(stale.marked()).as("what is read by its map").isEqualTo("fresh");

    refused(fresh, crossed, stale.map());
    assertThat(stale.paths()).isEqualTo(paths);
    assertThat(stale.kept()).isEqualTo(2);

    node.run("dmsetup remove --retry " + stale.name());
    try (Undo holder = Holder.open(node, "/dev/" + paths.get(0))) {
      refused(fresh, crossed, "(sleep)");
    }
    assertThat(stale.kept()).isEqualTo(2);

    stack.stage(fresh, node, crossed);
    assertThat(stale.kept()).isZero();
    assertThat(device.kept()).isEqualTo(2);
    assertThat(device.marked()).isEqualTo("fresh");

    stack.unstage(fresh, node);
    stack.unstage(old, node);
    giveAway(number, number);
    stack.stage(old, node, oldContext);
    assertThat(stale.marked()).as("nothing of all this was written to it").isEqualTo("old");
    stack.unstage(old, node);
    for (LabVolume volume : List.of(old, fresh)) {
      stack.attest(volume, node, volume.equals(old) ? oldContext : freshContext);
      stack.unpublish(volume, node);
      stack.delete(volume);
    }
    clean.assertNoneSoon();
  }

  private void refused(LabVolume volume, Map<String, String> context, String user) {
    Failure failure = Failure.of(() -> stack.stage(volume, node, context));
    assertThat(failure.status()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(failure.message()).contains("is still known to the kernel as", "in use by", user);
  }

  /**
   * On the head, by hand: another LUN behind a number that the node has a device of. In between
   * there is none, and multipathd must not see that: it would look at the path anew.
   */
  private void giveAway(String number, String lun) {
    try (Undo quiet = Daemon.MULTIPATHD.freeze(node)) {
      head.remap(number, lun);
    }
  }

  private static String lun(Map<String, String> context) {
    return String.valueOf(context.get("lun"));
  }
}
