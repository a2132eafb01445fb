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
import dev.braid.proto.csi.v1.VolumeHealth.VolumeHealthEntry;
import io.grpc.Status;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Jumbo frames on node and head, and a switch between them that drops what is larger than 1500
 * bytes. Logins come about over it, sessions too, and each is lost at the first read.
 */
@InStack
class JumboLabTest {

  private static final int JUMBO = 9000;
  private static final int USUAL = 1500;

  private static final String TABLE = "inet braid_lab_switch";

  /** A path is failed when its reads have run out of time twice; looked at once a minute. */
  private static final Duration LOST = Duration.ofSeconds(180);

  /** Each format of a partition table is read for, and each read is tried six times. */
  private static final Duration GIVEN_UP = Duration.ofSeconds(480);

  /** A session and a path are made anew, in emulation. */
  private static final Duration BACK = Duration.ofSeconds(120);

  private final Stack stack;
  private final Machine node;

  JumboLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
  }

  @BeforeEach
  void jumbo() {
    mtu(JUMBO);
  }

  @AfterEach
  void usual() {
    mtu(USUAL);
  }

  @Test
  @DisplayName(
      "F20, F21: a switch of one network drops jumbo frames: attached by the other, also on a host"
          + " that never had a SCSI disk; its cause said; mended, its path joins by itself")
  void oneNetwork() {
    neverHadDisks();
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("jumbo", 64L << 20, Capabilities.ext4());
    var context = stack.publish(volume, node);
    try (Undo drops = drop(SanNetwork.B)) {
      stack.stage(volume, node, context);
      stack.nodePublish(volume, node, context);
      assertThat(Paths.of(node, volume)).isEqualTo(new Paths(1, 0));
      Wait.until("the node says why", BACK, () -> said(volume).contains("packets of 9000 bytes"));
      assertThat(said(volume))
          .contains(
              "1 of 2 paths work",
              "packets of 9000 bytes",
              SanNetwork.B.interfaceName(),
              "set the same MTU");
    }
    Wait.until("its path joins", BACK, () -> Paths.of(node, volume).equals(new Paths(2, 0)));
    stack.takeDown(volume, node, context);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  @Test
  @Tag("soak") // what the kernel reads of a new disk takes minutes to fail
  @DisplayName(
      "F21: where both switches drop them the failed stage says so, and what it leaves comes off"
          + " with them still so; they do under an attached volume: its health says so, and when it"
          + " is over I/O goes on")
  void bothNetworks() {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("jumbo-both", 64L << 20, Capabilities.block());
    var context = stack.publish(volume, node);
    try (Undo drops = drop(SanNetwork.values())) {
      Failure failure = Failure.of(() -> stack.stage(volume, node, context));
      assertThat(failure.status()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(failure.message())
          .contains("packets of 9000 bytes", SanNetwork.A.interfaceName(), "set the same MTU");
      Wait.until(
          "the kernel gives up what it reads of the new disks, and what is left comes off",
          GIVEN_UP,
          () -> {
            stack.unstage(volume, node);
            return true;
          });
      assertThat(new NodeSessions(node, Head.TARGET).ids()).isEmpty();
    }

    stack.stage(volume, node, context);
    Paths.await(node, volume, 2, BACK);
    stack.nodePublish(volume, node, context);
    try (Undo drops = drop(SanNetwork.values())) {
      Wait.until(
          "the volume's health says of each path why",
          LOST,
          () -> said(volume).split("packets of 9000 bytes", -1).length == 3);
    }
    Wait.until("both work again", BACK, () -> Paths.of(node, volume).equals(new Paths(2, 0)));
    var device = new Device(node, volume);
    device.mark("written");
    assertThat(device.marked()).startsWith("written");
    stack.takeDown(volume, node, context);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  /**
   * What udev loads at the first disk would wait for both paths; the plugin has to have done it.
   */
  private void neverHadDisks() {
    stack.node(node).service().stop();
    node.run("modprobe -r dm_service_time scsi_dh_alua sd_mod && ! ls -d /sys/module/sd_mod");
    stack.node(node).restart();
    node.run("ls -d /sys/module/sd_mod /sys/module/dm_service_time /sys/module/scsi_dh_alua");
  }

  private void mtu(int bytes) {
    both()
        .forEach(
            machine ->
                List.of(SanNetwork.values())
                    .forEach(
                        network ->
                            machine.run(
                                "ip link set " + network.interfaceName() + " mtu " + bytes)));
  }

  /** At each end, before anybody there sees the packet. */
  private Undo drop(SanNetwork... networks) {
    String interfaces =
        Arrays.stream(networks).map(SanNetwork::interfaceName).collect(Collectors.joining(", "));
    both()
        .forEach(
            machine ->
                machine.run(
                    "nft 'table "
                        + TABLE
                        + " { chain input { type filter hook prerouting priority -300; iifname { "
                        + interfaces
                        + " } meta length > "
                        + USUAL
                        + " drop; }; }'"));
    return () -> both().forEach(machine -> machine.run("nft delete table " + TABLE));
  }

  private List<Machine> both() {
    return List.of(node, stack.lab().san1());
  }

  private String said(LabVolume volume) {
    return stack.health(volume, node).getHealthStatusesList().stream()
        .map(VolumeHealthEntry::getMessage)
        .collect(Collectors.joining());
  }
}
