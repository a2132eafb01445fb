package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.soak.Done;
import dev.braid.e2e.soak.Soak;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.stack.Wait;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * A LUN number that is another volume's at once, against the rotation of rule 8: so that nothing
 * but the node itself stands between one volume and the other. The sessions stay, and with them the
 * addresses of the devices, because another volume is attached throughout.
 */
@InStack
class ReusedNumberLabTest {

  private static final long SIZE = 16L << 20;
  private static final Duration SOON = Duration.ofSeconds(60);

  private final Stack stack;
  private final Machine node;
  private final Machine other;

  /** A volume on a node. */
  private record Attached(LabVolume volume, Map<String, String> context) {
    int lun() {
      return Integer.parseInt(String.valueOf(context.get("lun")));
    }
  }

  ReusedNumberLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
    this.other = stack.lab().node2();
  }

  @Test
  @DisplayName(
      "F38, rule 11: the kernel's device of one volume reads another that has its number now; a"
          + " stage takes it away first, and reads its own")
  void withoutTheGuard() {
    var clean = Leftovers.of(stack.lab());
    Attached stays = attach(create("reused-stays"), node);
    Attached old = attach(create("reused-old"), node);
    Signature.write(node, old.volume());
    stack.unstage(old.volume(), node);
    // A scan that is not Braid's, while the head still maps it, as today's stacks do it.
    node.run(
        "for s in /sys/class/scsi_host/host*/scan; do echo '0 0 " + old.lun() + "' > $s; done");
    Wait.until("its devices are back", SOON, () -> devices(old.volume()).size() == 2);
    String stale = devices(old.volume()).get(0);
    assertThat(Signature.at(node, stale)).isEqualTo(Signature.of(old.volume()));

    forget(old);
    stack.head().nextLunIs(old.lun());
    LabVolume next = create("reused-next");
    Attached elsewhere = attach(next, other);
    assertThat(elsewhere.lun()).isEqualTo(old.lun());
    Signature.write(other, next);
    detach(elsewhere, other);
    var context = stack.publish(next, node);
    Wait.until(
        "what the kernel takes for the old volume reads the new one",
        SOON,
        () -> Signature.at(node, stale).equals(Signature.of(next)));

    stack.stage(next, node, context);
    Paths.await(node, next, 2, SOON);
    assertThat(devices(old.volume())).isEmpty();
    assertThat(Signature.read(node, next)).hasSize(3).containsOnly(Signature.of(next));
    end(new Attached(next, context));
    end(stays);
    clean.assertNoneSoon();
  }

  @Test
  @DisplayName(
      "F38: detach, the same LUN number for another volume, attach, again and again: 0 foreign"
          + " reads")
  void cycles() {
    var clean = Leftovers.of(stack.lab());
    Attached stays = attach(create("reused-stays"), node);
    var done = Done.of("reused-number");
    int first = Soak.all() ? done.all().size() : 0;
    Attached last = attach(create("reused-first"), node);
    Signature.write(node, last.volume());
    for (int cycle = first; cycle < Soak.times(3, 300); cycle++) {
      stack.unstage(last.volume(), node);
      forget(last);
      stack.head().nextLunIs(last.lun());
      Attached next = attach(create("reused-" + cycle), node);
      assertThat(next.lun()).isEqualTo(last.lun());
      assertThat(Signature.read(node, next.volume()))
          .as("a new volume, by its map and by each path, in cycle " + cycle)
          .hasSize(3)
          .containsOnly(Signature.BLANK);
      Signature.write(node, next.volume());
      assertThat(Signature.read(node, next.volume())).containsOnly(Signature.of(next.volume()));
      if (Soak.all()) {
        done.add("cycle " + cycle);
      }
      last = next;
    }
    end(last);
    end(stays);
    clean.assertNoneSoon();
  }

  private LabVolume create(String name) {
    return stack.create(name, SIZE, Capabilities.block());
  }

  private Attached attach(LabVolume volume, Machine machine) {
    var context = stack.publish(volume, machine);
    stack.stage(volume, machine, context);
    Paths.await(machine, volume, 2, SOON);
    return new Attached(volume, context);
  }

  private void detach(Attached attached, Machine machine) {
    stack.unstage(attached.volume(), machine);
    stack.attest(attached.volume(), machine, attached.context());
    stack.unpublish(attached.volume(), machine);
  }

  private void end(Attached attached) {
    detach(attached, node);
    stack.delete(attached.volume());
  }

  /** The head takes it from the node, and deletes it: its number is free. */
  private void forget(Attached unstaged) {
    stack.attest(unstaged.volume(), node, unstaged.context());
    stack.unpublish(unstaged.volume(), node);
    stack.delete(unstaged.volume());
  }

  /** The disks that the kernel keeps as this volume's, whatever is behind them. */
  private List<String> devices(LabVolume volume) {
    return node.run(
            "for d in /sys/class/scsi_device/*/device; do ! grep -qas "
                + volume.id().serial()
                + " $d/vpd_pg80 || echo /dev/$(ls $d/block); done")
        .lines()
        .filter(device -> device.startsWith("/dev/sd"))
        .toList();
  }
}
