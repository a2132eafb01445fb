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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A path that has said who it is and is lost before it is in the map. */
@InStack
class LostInAttachLabTest {

  private static final Duration SOON = Duration.ofSeconds(90);

  private final Stack stack;
  private final Machine node;

  LostInAttachLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
  }

  /** How it is lost. */
  enum How {
    DEVICE_GONE {
      @Override
      Undo lose(Machine node, String device) {
        node.run("echo 1 > /sys/block/" + device + "/device/delete");
        return () -> {};
      }
    },
    CABLE_OUT {
      @Override
      Undo lose(Machine node, String device) {
        node.pullCable(SanNetwork.B);
        return () -> node.plugCable(SanNetwork.B);
      }
    };

    abstract Undo lose(Machine node, String device);
  }

  /** udev is held up meanwhile, and with it multipathd: so there is time to lose one. */
  @ParameterizedTest
  @EnumSource
  @DisplayName(
      "F20, F29: a path that is lost before it is in the map costs the attach neither its time nor"
          + " the other paths; it joins when it is back")
  void lost(How how) throws Exception {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("lost-in-attach", 64L << 20, Capabilities.block());
    Map<String, String> context = stack.publish(volume, node);
    CompletableFuture<Void> attach;
    Undo mend;
    try (Undo frozen = Daemon.UDEVD.freeze(node)) {
      attach = CompletableFuture.runAsync(() -> stack.stage(volume, node, context));
      Wait.until("both paths are there", SOON, () -> running(volume).size() == 2);
      Wait.until("they have said who they are", SOON, this::targetIsFree);
      mend = how.lose(node, running(volume).get(0));
      Wait.until("one is lost", SOON, () -> running(volume).size() == 1);
    }
    try (mend) {
      attach.get(SOON.toSeconds(), TimeUnit.SECONDS);
      assertThat(Paths.of(node, volume).working()).isEqualTo(1);
    }
    Wait.until("it joins", SOON, () -> Paths.of(node, volume).equals(new Paths(2, 0)));

    stack.nodePublish(volume, node, context);
    stack.takeDown(volume, node, context);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  /** The kernel's names of the LUN's devices by which I/O would go. */
  private List<String> running(LabVolume volume) {
    return node
        .exec(
            "for b in /sys/block/sd*; do"
                + " if [ \"$(tr -cd 0-9a-f < $b/device/vpd_pg80)\" = "
                + volume.id().serial()
                + " ] && grep -qx running $b/device/state; then echo ${b##*/}; fi; done 2>/dev/null")
        .lines()
        .stream()
        .filter(name -> !name.isBlank())
        .toList();
  }

  /** An attach has its target until the paths are proven; its last user removes the file. */
  private boolean targetIsFree() {
    return !node.exec("test -e /run/braid/locks/target-" + Head.TARGET + ".lock").ok();
  }
}
