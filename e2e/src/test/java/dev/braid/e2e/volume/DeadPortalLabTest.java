package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.SanNetwork;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.soak.Sampled;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.Head;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.stack.Wait;
import dev.braid.proto.csi.v1.StorageHealthErrorType;
import dev.braid.proto.csi.v1.VolumeHealth.VolumeHealthEntry;
import dev.braid.proto.csi.v1.VolumeHealthErrorType;
import java.time.Duration;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One of two portals is dead, at every moment of a volume's life on a node. */
@InStack
@Sampled(2)
class DeadPortalLabTest {

  /** The node looks every ten seconds; then a login and a scan, in emulation. */
  private static final Duration JOINS = Duration.ofSeconds(90);

  /** A cause is looked into once a minute, and that takes seconds. */
  private static final Duration HANGS = Duration.ofSeconds(150);

  private static final String HANG = "braid_hang";

  private final Stack stack;
  private final Machine node;

  DeadPortalLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
  }

  @Test
  @DisplayName(
      "F20: a black hole at attach: attached by the other, its cause said; it joins by itself")
  void blackHole() {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("black-hole", 64L << 20, Capabilities.ext4());
    node.pullCable(SanNetwork.B);
    var context = stack.bringUp(volume, node);
    assertThat(Paths.of(node, volume)).isEqualTo(new Paths(1, 0));

    Wait.until("the node says why a path is missing", JOINS, () -> said(volume).contains("since"));
    assertThat(said(volume))
        .contains("1 of 2 paths work", stack.lab().san1().address(SanNetwork.B), "cable");
    assertThat(stack.health(volume, node).getHealthStatuses(0).getStatus())
        .isEqualTo(VolumeHealthErrorType.DEGRADED);
    assertThat(stack.storageHealth(node))
        .singleElement()
        .satisfies(
            storage -> {
              assertThat(storage.getStatus()).isEqualTo(StorageHealthErrorType.STORAGE_DEGRADED);
              assertThat(storage.getMessage())
                  .contains("1 of 2 portals work", stack.lab().san1().address(SanNetwork.B));
            });
    var stats = stack.stats(volume, node);
    assertThat(stats.getVolumeCondition().getAbnormal()).isTrue();
    assertThat(stats.getUsageList())
        .hasSize(2)
        .allSatisfy(u -> assertThat(u.getTotal()).isPositive());

    node.plugCable(SanNetwork.B);
    Wait.until("its path joins", JOINS, () -> Paths.of(node, volume).equals(new Paths(2, 0)));
    Wait.until("the volume is whole", JOINS, () -> said(volume).isEmpty());
    Wait.until("the head is whole", JOINS, () -> stack.storageHealth(node).isEmpty());

    stack.takeDown(volume, node, context);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  @Test
  @DisplayName(
      "F20: a portal that refuses at attach: attached by the other, its cause said; it joins by"
          + " itself; it refuses while attached and at the detach: that takes off what there is")
  void refusing() {
    var clean = Leftovers.of(stack.lab());
    var head = new HeadByHand(stack.lab().san1(), node);
    LabVolume volume = stack.create("refusing", 64L << 20, Capabilities.block());
    head.serve(SanNetwork.B, false);
    var context = stack.bringUp(volume, node);
    assertThat(Paths.of(node, volume)).isEqualTo(new Paths(1, 0));
    Wait.until("the node says why", JOINS, () -> said(volume).contains("nobody listens at"));

    head.serve(SanNetwork.B, true);
    Wait.until("its path joins", JOINS, () -> Paths.of(node, volume).equals(new Paths(2, 0)));

    try (Undo refused = refuse()) {
      Wait.until("its path is lost", JOINS, () -> Paths.of(node, volume).equals(new Paths(1, 1)));
      Wait.until("the node says why", JOINS, () -> said(volume).contains("nobody listens at"));
      stack.takeDown(volume, node, context);
      assertThat(new NodeSessions(node, Head.TARGET).ids()).isEmpty();
    }
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  @Test
  @DisplayName("F20: another volume is not delayed by it, and a detach takes off what there is")
  void others() {
    var clean = Leftovers.of(stack.lab());
    LabVolume first = stack.create("first", 64L << 20, Capabilities.block());
    LabVolume second = stack.create("second", 64L << 20, Capabilities.block());
    var firstContext = stack.bringUp(first, node);
    node.pullCable(SanNetwork.A);
    Wait.until("a path is lost", JOINS, () -> Paths.of(node, first).equals(new Paths(1, 1)));

    var secondContext = stack.bringUp(second, node);
    assertThat(Paths.of(node, second).working()).isEqualTo(1);
    stack.takeDown(second, node, secondContext);
    stack.takeDown(first, node, firstContext);

    node.plugCable(SanNetwork.A);
    stack.delete(first);
    stack.delete(second);
    clean.assertNoneSoon();
  }

  @Test
  @Tag("soak")
  @DisplayName("F20: a portal that hangs at logins is not logged in to; it joins when it is mended")
  void hangsAtLogin() {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("hangs", 64L << 20, Capabilities.block());
    node.pullCable(SanNetwork.B);
    var context = stack.bringUp(volume, node);
    long failed = failedLogins();
    hangLogins();
    try {
      node.plugCable(SanNetwork.B);
      Wait.until(
          "the node says that it hangs",
          HANGS,
          () -> said(volume).contains("does not answer a login"));
      assertThat(failedLogins()).as("logins that held the target's lock").isEqualTo(failed);
    } finally {
      stack.lab().san1().run("nft delete table inet " + HANG);
    }
    Wait.until("its path joins", JOINS, () -> Paths.of(node, volume).equals(new Paths(2, 0)));

    stack.takeDown(volume, node, context);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  /** By network B, which LIO does not do to a connection that there is. */
  private Undo refuse() {
    Machine head = stack.lab().san1();
    head.run(
        "nft 'table inet braid_refuse { chain input { type filter hook input priority 0; iifname "
            + SanNetwork.B.interfaceName()
            + " tcp dport 3260 reject with tcp reset; }; }'");
    return () -> head.run("nft delete table inet braid_refuse");
  }

  /** A connection's own packets get to the head by network B, and what is larger does not. */
  private void hangLogins() {
    Machine head = stack.lab().san1();
    head.run(
        "nft -f - << 'NFT'\ntable inet "
            + HANG
            + " {\n chain logins {\n  type filter hook input priority 0;\n  ip daddr "
            + head.address(SanNetwork.B)
            + " tcp dport 3260 meta length > 120 drop\n }\n}\nNFT\n");
  }

  private long failedLogins() {
    String portal = stack.lab().san1().address(SanNetwork.B) + ":";
    return node.run("journalctl --sync; journalctl -b -u braid-node -o cat --no-pager")
        .lines()
        .filter(line -> line.contains("no session to") && line.contains(portal))
        .count();
  }

  private String said(LabVolume volume) {
    return stack.health(volume, node).getHealthStatusesList().stream()
        .map(VolumeHealthEntry::getMessage)
        .collect(Collectors.joining());
  }
}
