package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.soak.Sampled;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.Head;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Stack;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A node that goes down with volumes attached, orderly or not. */
@InStack
@Sampled(1)
class RebootLabTest {

  private static final long SIZE = 64L << 20;

  private static final String STATISTICS =
      "/sys/kernel/config/target/iscsi/" + Head.TARGET + "/fabric_statistics/";

  private final Stack stack;
  private final Machine node;
  private final Machine head;

  RebootLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
    this.head = stack.lab().san1();
  }

  @Test
  @DisplayName(
      "F31: a reboot with volumes in use, one of them in a container that nobody stops: what was"
          + " in memory is on the storage, the head saw logouts, and nothing comes back by itself")
  void reboot() {
    var clean = Leftovers.of(stack.lab());
    LabVolume files = stack.create("reboot-files", SIZE, Capabilities.ext4());
    LabVolume held = stack.create("reboot-held", SIZE, Capabilities.ext4());
    var contextOfFiles = stack.bringUp(files, node);
    var contextOfHeld = stack.bringUp(held, node);
    holdAsContainer(held);
    node.run("sysctl -qw vm.dirty_writeback_centisecs=0"); // until the reboot
    String sumOfFiles = writeToMemory(files);
    String sumOfHeld = writeToMemory(held);
    long logouts = statistic("iscsi_logout_stats/normal_logouts");
    long broken = statistic("iscsi_sess_err/cxn_errors");

    node.reboot();

    assertThat(statistic("iscsi_logout_stats/normal_logouts")).isEqualTo(logouts + 2);
    assertThat(statistic("iscsi_sess_err/cxn_errors")).isEqualTo(broken);
    assertThat(node.run("journalctl -b -1 -u braid-shutdown -o cat"))
        .contains(
            "it uses a volume",
            "logged out of " + Head.TARGET,
            "no volume of Braid's is left on this host");
    assertNothingCameBack();

    stack.node(node).restart();
    assertNothingCameBack();
    assertThat(stageAgain(files, contextOfFiles)).isEqualTo(sumOfFiles);
    assertThat(stageAgain(held, contextOfHeld)).isEqualTo(sumOfHeld);
    takeAway(files, contextOfFiles);
    takeAway(held, contextOfHeld);
    clean.assertNoneSoon();
  }

  @Test
  @DisplayName(
      "F31: a power cut with volumes in use: nothing logs in by itself, and what was synced is"
          + " there when it is staged again")
  void powerCut() {
    var clean = Leftovers.of(stack.lab());
    LabVolume files = stack.create("cut-files", SIZE, Capabilities.ext4());
    LabVolume device = stack.create("cut-device", SIZE, Capabilities.block());
    var contextOfFiles = stack.bringUp(files, node);
    var contextOfDevice = stack.bringUp(device, node);
    String sum = writeToMemory(files);
    node.run("sync -f " + files.targetPath());

    node.powerCut();
    node.powerOn();

    assertNothingCameBack();
    stack.node(node).restart();
    assertNothingCameBack();
    assertThat(stageAgain(files, contextOfFiles)).isEqualTo(sum);
    stack.nodeUnpublish(device, node);
    stack.stage(device, node, contextOfDevice);
    takeAway(files, contextOfFiles);
    takeAway(device, contextOfDevice);
    clean.assertNoneSoon();
  }

  /**
   * A process with mounts of its own, in a scope that systemd does not stop at a shutdown: what a
   * container runtime makes.
   */
  private void holdAsContainer(LabVolume volume) {
    node.run(
        "setsid systemd-run --quiet --scope --unit=pod -p DefaultDependencies=no"
            + " unshare --mount --propagation private"
            + " sh -c 'exec 3< "
            + volume.targetPath()
            + "; exec sleep infinity' < /dev/null > /dev/null 2>&1 &"
            + " for i in $(seq 100); do"
            + "   group=$(systemctl show -p ControlGroup --value pod.scope);"
            + "   pid=$(head -n 1 /sys/fs/cgroup$group/cgroup.procs);"
            + "   [ \"$(readlink /proc/$pid/fd/3)\" != "
            + volume.targetPath()
            + " ] || exit 0;"
            + "   sleep 0.2; done; exit 1");
  }

  /** Nobody asks for it to be written. */
  private String writeToMemory(LabVolume volume) {
    String file = volume.targetPath() + "/data";
    return node.run(
        "dd if=/dev/urandom bs=64k count=64 status=none of=" + file + " && md5sum < " + file);
  }

  /** As kubelet does after a reboot: what is left of the pod goes first. */
  private String stageAgain(LabVolume volume, Map<String, String> context) {
    stack.nodeUnpublish(volume, node);
    stack.stage(volume, node, context);
    return node.run("md5sum < " + volume.stagingPath() + "/data");
  }

  private void takeAway(LabVolume volume, Map<String, String> context) {
    stack.unstage(volume, node);
    stack.attest(volume, node, context);
    stack.unpublish(volume, node);
    stack.delete(volume);
  }

  private void assertNothingCameBack() {
    assertThat(node.run("iscsiadm -m session 2>&1 || true")).contains("No active sessions");
    assertThat(node.run("dmsetup ls --target multipath")).contains("No devices");
  }

  private long statistic(String name) {
    return Long.parseLong(head.read(STATISTICS + name).strip());
  }
}
