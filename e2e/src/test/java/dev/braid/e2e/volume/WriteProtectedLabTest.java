package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.SanNetwork;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.soak.Sampled;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.stack.Wait;
import dev.braid.proto.csi.v1.VolumeHealth.VolumeHealthEntry;
import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A path that does not take writes, beside one that does. */
@InStack
@Sampled(1)
class WriteProtectedLabTest {

  /** Refused for this, a path is tried once a minute; then a scan, in emulation. */
  private static final Duration JOINS = Duration.ofSeconds(150);

  private static final String RULE = "/run/udev/rules.d/00-braid.rules";

  private final Stack stack;
  private final Machine node;
  private final HeadByHand head;

  WriteProtectedLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
    this.head = new HeadByHand(stack.lab().san1(), node);
  }

  @Test
  @DisplayName(
      "rule 18: a LUN that one path does not let be written is not staged: the error names the path,"
          + " and nothing is left; writable, it is")
  void atStage() {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("unwritable", 64L << 20, Capabilities.block());
    var context = stack.publish(volume, node);
    head.writeProtect(SanNetwork.B, number(context), true);
    Failure failure = Failure.of(() -> stack.stage(volume, node, context));
    assertThat(failure.status()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(failure.message()).contains("is write-protected at", "write_protect");
    assertThat(new Device(node, volume).kept()).isZero();

    head.writeProtect(SanNetwork.B, number(context), false);
    stack.stage(volume, node, context);
    assertThat(Paths.of(node, volume)).isEqualTo(new Paths(2, 0));
    stack.nodePublish(volume, node, context);
    new Device(node, volume).mark("written");
    stack.takeDown(volume, node, context);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  @Test
  @DisplayName(
      "rule 18: a path that comes back write-protected stays out of the map, which takes writes;"
          + " it joins when that is over")
  void comesBack() {
    var clean = Leftovers.of(stack.lab());
    node.run("mv " + RULE + " /run/rule; udevadm control --reload");
    LabVolume without = stack.create("without", 64L << 20, Capabilities.block());
    var context = attachedByOne(without);
    Wait.until("without our rule the whole map turns read-only", JOINS, () -> readOnly(without));
    assertThat(stack.health(without, node).getHealthStatusesList())
        .extracting(VolumeHealthEntry::getReason)
        .contains("MapReadOnly");
    head.writeProtect(SanNetwork.B, number(context), false);
    stack.takeDown(without, node, context);
    stack.delete(without);
    node.run("mv /run/rule " + RULE + "; udevadm control --reload");

    LabVolume volume = stack.create("protected", 64L << 20, Capabilities.block());
    context = attachedByOne(volume);
    Wait.until("the node says why a path is missing", JOINS, () -> said(volume));
    Wait.until("so does the volume's health", JOINS, () -> health(volume));
    var device = new Device(node, volume);
    assertThat(device.paths()).hasSize(1);
    assertThat(readOnly(volume)).isFalse();
    device.mark("written");
    assertThat(device.marked()).startsWith("written");
    stack.stage(volume, node, context); // as kubelet does when it starts anew
    assertThat(device.marked()).startsWith("written");

    head.writeProtect(SanNetwork.B, number(context), false);
    Wait.until("its path joins", JOINS, () -> Paths.of(node, volume).equals(new Paths(2, 0)));
    assertThat(readOnly(volume)).isFalse();
    stack.takeDown(volume, node, context);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  /** The other path was away meanwhile, and is back, write-protected. */
  private Map<String, String> attachedByOne(LabVolume volume) {
    node.pullCable(SanNetwork.B);
    var context = stack.bringUp(volume, node);
    assertThat(new Device(node, volume).paths()).hasSize(1);
    head.writeProtect(SanNetwork.B, number(context), true);
    node.plugCable(SanNetwork.B);
    return context;
  }

  private static String number(Map<String, String> context) {
    return Objects.requireNonNull(context.get("lun"));
  }

  private boolean readOnly(LabVolume volume) {
    return node.read("/sys/block/" + new Device(node, volume).map() + "/ro").equals("1\n");
  }

  /** While the path's device is being made anew there is none to tell of. */
  private boolean health(LabVolume volume) {
    return stack.health(volume, node).getHealthStatusesList().stream()
        .anyMatch(entry -> entry.getMessage().contains("write-protected"));
  }

  private boolean said(LabVolume volume) {
    return node.run("journalctl --sync; journalctl -b -u braid-node -o cat --no-pager")
        .lines()
        .anyMatch(
            line ->
                line.contains("lacks a path")
                    && line.contains(volume.wwid().toString())
                    && line.contains("write-protected"));
  }
}
