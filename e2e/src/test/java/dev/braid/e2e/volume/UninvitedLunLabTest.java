package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.Head;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.stack.Wait;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * A volume that was detached, while the head still maps its LUN: between NodeUnstage and
 * ControllerUnpublish that is how it always is, and there today's stacks bring it back.
 */
@InStack
class UninvitedLunLabTest {

  private final Stack stack;
  private final Machine node;

  UninvitedLunLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
  }

  @Test
  @DisplayName(
      "F6, rule 10: a detached LUN that is still mapped does not come back, where it well could")
  void staysAway() {
    var clean = Leftovers.of(stack.lab());
    LabVolume stays = stack.create("stays", 64L << 20, Capabilities.ext4());
    LabVolume gone = stack.create("gone", 64L << 20, Capabilities.block());
    Map<String, String> staysContext = stack.bringUp(stays, node);
    Map<String, String> goneContext = stack.bringUp(gone, node);
    stack.nodeUnpublish(gone, node);
    stack.unstage(gone, node);
    assertThat(devices(gone)).isZero();

    // It could: a wide scan brings it back.
    node.run("for s in /sys/class/scsi_host/host*/scan; do echo '- - -' > $s; done");
    Wait.until("a wide scan brings it back", Duration.ofSeconds(30), () -> devices(gone) == 2);
    Wait.until("the node reports it", Duration.ofSeconds(60), () -> reported(gone));
    stack.unstage(gone, node);
    assertThat(devices(gone))
        .as("unstage takes it off again, though it has no map or record")
        .isZero();

    // Another volume of the target is attached.
    LabVolume other = stack.create("other", 64L << 20, Capabilities.block());
    var otherContext = stack.bringUp(other, node);
    assertThat(devices(gone)).as("after another attach").isZero();

    // A LUN is added: the next command on each path meets a unit attention.
    LabVolume added = stack.create("added", 64L << 20, Capabilities.block());
    var addedContext = stack.publish(added, node);
    touch(stays);
    assertThat(node.run("dmesg | grep -c 'LUN assignments on this target have changed' || true"))
        .as("the kernel has seen the unit attention that others scan on")
        .isNotEqualTo("0");
    settle();
    assertThat(devices(gone)).as("after a unit attention").isZero();
    assertThat(devices(added)).as("the added one was not invited either").isZero();

    // Each session is made anew.
    for (int tag : new int[] {1, 2}) {
      endSession(tag);
      Wait.until(
          "both paths work again",
          Duration.ofSeconds(60),
          () -> Paths.of(node, stays).working() == 2);
    }
    touch(stays);
    settle();
    assertThat(devices(gone)).as("after new sessions").isZero();

    stack.attest(added, node, addedContext);
    stack.unpublish(added, node);
    stack.takeDown(other, node, otherContext);
    stack.takeDown(stays, node, staysContext);

    // It could: a login with automatic scanning brings it back.
    String portal = stack.lab().san1().address(dev.braid.e2e.lab.SanNetwork.A) + ":3260";
    String record = "iscsiadm -m node -T " + Head.TARGET + " -p " + portal;
    node.run(record + " -o new && " + record + " -o update -n node.session.scan -v auto");
    node.run(record + " --login");
    Wait.until(
        "a login that scans brings it back", Duration.ofSeconds(30), () -> devices(gone) == 1);
    stack.unstage(gone, node);
    assertThat(devices(gone)).isZero();
    node.exec(record + " --logout; " + record + " -o delete");

    stack.attest(gone, node, goneContext);
    stack.unpublish(gone, node);
    for (LabVolume volume : new LabVolume[] {stays, gone, other, added}) {
      stack.delete(volume);
    }
    clean.assertNoneSoon();
  }

  private boolean reported(LabVolume volume) {
    return node.run("journalctl -u braid-node -o cat -n 400")
        .contains("uninvited: " + volume.wwid() + " as ");
  }

  /** How many SCSI devices of the node are this LUN, whoever made them. */
  private long devices(LabVolume volume) {
    return node.run(
            "for d in /sys/class/scsi_device/*/device; do"
                + " tr -d '\\0' < $d/vpd_pg80 2>/dev/null | grep -ac "
                + volume.id().serial()
                + "; done; true")
        .lines()
        .filter("1"::equals)
        .count();
  }

  /** Some I/O down every path. */
  private void touch(LabVolume volume) {
    node.run(
        "for i in 1 2 3 4; do dd if=/dev/zero of="
            + volume.targetPath()
            + "/touch bs=4k count=64 oflag=direct status=none; done; multipathd show paths raw format '%d' | xargs -r -n1 sh -c 'dd if=/dev/$0 of=/dev/null bs=4k count=1 iflag=direct status=none'");
  }

  /** Until udev has worked off all that could still add a device. */
  private void settle() {
    node.run("udevadm settle -t 20");
  }

  /** On the head, as the fence does it: another command window ends the initiator's session. */
  private void endSession(int tag) {
    String acl =
        "/sys/kernel/config/target/iscsi/"
            + Head.TARGET
            + "/tpgt_"
            + tag
            + "/acls/"
            + node.iqn()
            + "/cmdsn_depth";
    stack.lab().san1().run("d=$(cat " + acl + "); echo $((d == 64 ? 65 : 64)) > " + acl);
  }
}
