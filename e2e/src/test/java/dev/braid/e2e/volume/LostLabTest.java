package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.SanNetwork;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.soak.Sampled;
import dev.braid.e2e.soak.Soak;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.stack.Wait;
import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A volume with no path left, and data that is in the node's memory alone. */
@InStack
@Sampled(2)
class LostLabTest {

  /** Each path is asked for some seconds, then every process for whether it has the device. */
  private static final Duration BOUND = Duration.ofSeconds(40);

  /** I/O waits for a path for two minutes; then a detach. */
  private static final Duration QUEUEING = Duration.ofSeconds(200);

  /** A session is made anew, and multipathd reads from its path. */
  private static final Duration BACK = Duration.ofSeconds(90);

  private final Stack stack;
  private final Machine node;
  private final HeadByHand head;

  LostLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
    this.head = new HeadByHand(stack.lab().san1(), node);
  }

  @AfterEach
  void writeBack() {
    node.run("sysctl -qw vm.dirty_writeback_centisecs=500");
  }

  @Test
  @DisplayName(
      "F25: both cables out, data not written: it says in time that it may be lost, and touches"
          + " nothing; they are back: it comes off, and every byte is there")
  void cablesBack() {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("lost", 64L << 20, Capabilities.ext4());
    var context = stack.bringUp(volume, node);
    String sum = writeToMemory(volume);
    pullCables();

    stack.nodeUnpublish(volume, node); // a bind mount holds no data
    Failure failure = refused(volume);
    assertThat(failure.message())
        .contains(
            stack.lab().san1().address(SanNetwork.A), stack.lab().san1().address(SanNetwork.B));

    plugCables();
    comesOff(volume);
    stack.stage(volume, node, context);
    assertThat(sum(volume)).isEqualTo(sum);
    stack.takeDown(volume, node, context);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  @Test
  @Tag("soak") // udev reads a map whose paths fail, and has it open until queueing ends
  @DisplayName(
      "F25: both cables out and nothing to be written: what nobody uses comes off when queueing has"
          + " ended at the latest, with nothing left on the node and nothing lost")
  void nothingToWrite() {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("nothing-to-write", 64L << 20, Capabilities.block());
    var context = stack.bringUp(volume, node);
    var device = new Device(node, volume);
    device.mark("written");
    pullCables();

    stack.nodeUnpublish(volume, node);
    comesOff(volume, QUEUEING);
    assertOff();

    plugCables();
    var next = stageAnew(volume, context);
    assertThat(device.marked()).startsWith("written");
    stack.takeDown(volume, node, next);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  @Test
  @DisplayName(
      "F25: by an order it is discarded: who, why and what is in the log, nothing is left on the"
          + " node, and what is on the storage is sound")
  void ordered() {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("ordered", 64L << 20, Capabilities.ext4());
    var context = stack.bringUp(volume, node);
    stack.node(node).orderDiscard(volume, "Ada", "the head is not coming back");
    String sum = writeToMemory(volume);
    pullCables();

    stack.nodeUnpublish(volume, node);
    stack.unstage(volume, node);
    assertThat(audit(volume))
        .contains(
            "WARN",
            "generation " + context.get("generation"),
            "by Ada",
            "the head is not coming back",
            "read-write at [" + volume.stagingPath() + "]")
        .hasLineCount(1);
    assertOff();
    assertThat(node.run("ls /var/lib/braid/discard"))
        .doesNotContain(volume.id().serial().toString());

    plugCables();
    var next = stageAnew(volume, context);
    assertThat(sum(volume)).as("it had not been written").isNotEqualTo(sum);
    stack.takeDown(volume, node, next);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  @Test
  @DisplayName(
      "F24: unmapped at the head while in use: it says so in time, and touches nothing; mapped"
          + " again it comes off with every byte; by an order it comes off without")
  void unmapped() {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("unmapped", 64L << 20, Capabilities.ext4());
    var context = stack.bringUp(volume, node);
    String lun = String.valueOf(context.get("lun"));
    String sum = writeToMemory(volume);
    head.unmap(lun);

    stack.nodeUnpublish(volume, node);
    assertThat(refused(volume).message()).contains("the head maps no such LUN to this node");

    head.map(lun);
    comesOff(volume);
    stack.stage(volume, node, context);
    assertThat(sum(volume)).isEqualTo(sum);

    stack.node(node).orderDiscard(volume, "Ada", "unmapped by mistake");
    head.unmap(lun);
    stack.unstage(volume, node);
    assertThat(audit(volume)).contains("unmapped by mistake").hasLineCount(1);
    stack.attest(volume, node, context);
    stack.unpublish(volume, node);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  @Test
  @DisplayName(
      "F25: the head answers, and its storage does not: while I/O waits no order is carried out;"
          + " when it fails instead, the volume comes off by one")
  void storageGone() {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("storage-gone", 64L << 20, Capabilities.ext4());
    var context = stack.bringUp(volume, node);
    writeToMemory(volume);
    head.storage(volume, false);
    Wait.until("no path is used", BACK, () -> Paths.of(node, volume).equals(new Paths(0, 2)));

    stack.nodeUnpublish(volume, node);
    stack.node(node).orderDiscard(volume, "Ada", "the disk is broken");
    Failure waits = Failure.of(() -> stack.unstage(volume, node));
    assertThat(waits.status()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(waits.message()).contains("though a path answers", "may yet be written");
    assertThat(node.run(table(volume))).contains("queue_if_no_path");

    if (!Soak.all()) {
      node.run(
          "dmsetup message $(dmsetup info -c --noheadings -o name -u mpath-"
              + volume.wwid()
              + ") 0 fail_if_no_path");
    }
    Wait.until("nothing waits", QUEUEING, () -> !node.run(table(volume)).contains("queue_if"));
    stack.unstage(volume, node);
    assertThat(audit(volume)).contains("the disk is broken").hasLineCount(1);
    assertOff();

    head.storage(volume, true);
    var next = stageAnew(volume, context);
    stack.takeDown(volume, node, next);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  private static String table(LabVolume volume) {
    return "dmsetup table -u mpath-" + volume.wwid();
  }

  private void assertOff() {
    assertThat(node.run("dmsetup ls --target multipath")).contains("No devices");
    assertThat(node.exec("iscsiadm -m session").stdout()).isEmpty();
  }

  /** From off the node to staged there again, by another publish. */
  private Map<String, String> stageAnew(LabVolume volume, Map<String, String> context) {
    stack.attest(volume, node, context);
    stack.unpublish(volume, node);
    var next = stack.publish(volume, node);
    stack.stage(volume, node, next);
    return next;
  }

  /** The unstage fails, bounded, and leaves everything as it was. */
  private Failure refused(LabVolume volume) {
    Failure failure = Failure.of(() -> stack.unstage(volume, node));
    assertThat(failure.status()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(failure.took()).isLessThan(BOUND);
    assertThat(failure.message())
        .contains(
            "no path of volume " + volume.id(),
            "read-write at [" + volume.stagingPath() + "]",
            "may be lost",
            "braid-node discard " + volume.id());
    assertThat(node.exec("mountpoint -q " + volume.stagingPath()).ok()).isTrue();
    assertThat(node.run(table(volume))).contains("queue_if_no_path");
    Paths paths = Paths.of(node, volume);
    assertThat(paths.working() + paths.failed()).isEqualTo(2);
    return failure;
  }

  /** As kubelet asks again and again. A refusal on the way touches nothing. */
  private void comesOff(LabVolume volume) {
    comesOff(volume, BACK);
  }

  private void comesOff(LabVolume volume, Duration patience) {
    Wait.until(
        "it comes off",
        patience,
        () -> {
          stack.unstage(volume, node);
          return true;
        });
  }

  /**
   * Four MiB over blocks that the file has already, so that nothing but the data waits to be
   * written; and the kernel does not begin to write it by itself.
   *
   * @return what the file holds
   */
  private String writeToMemory(LabVolume volume) {
    String file = volume.targetPath() + "/data";
    String write = " bs=64k count=64 conv=notrunc status=none of=" + file;
    node.run("dd if=/dev/zero" + write + " && sync -f " + file);
    node.run("sysctl -qw vm.dirty_writeback_centisecs=0 && dd if=/dev/urandom" + write);
    assertThat(Integer.parseInt(node.run("awk '/^Dirty:/ { print $2 }' /proc/meminfo")))
        .as("KiB in memory alone")
        .isGreaterThanOrEqualTo(4096);
    return node.run("md5sum < " + file);
  }

  private String sum(LabVolume volume) {
    return node.run("md5sum < " + volume.stagingPath() + "/data");
  }

  private String audit(LabVolume volume) {
    return node.run(
        "journalctl --sync; journalctl -b -u braid-node -o cat | grep 'DISCARD volume "
            + volume.id()
            + "'");
  }

  private void pullCables() {
    node.pullCable(SanNetwork.A);
    node.pullCable(SanNetwork.B);
  }

  private void plugCables() {
    node.plugCable(SanNetwork.A);
    node.plugCable(SanNetwork.B);
    for (SanNetwork network : SanNetwork.values()) {
      String portal = "/dev/tcp/" + stack.lab().san1().address(network) + "/3260";
      Wait.until(
          "the portal is in reach",
          Duration.ofSeconds(30),
          () -> node.exec("timeout 2 bash -c ': < " + portal + "'").ok());
    }
  }
}
