package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Stack;
import io.grpc.Status;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** An attach that this machine is too slow for. */
@InStack
class OutOfTimeLabTest {

  private final Stack stack;
  private final Machine node;

  OutOfTimeLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
  }

  @Test
  @DisplayName(
      "F37: a stage that ran out of time has its devices kept, and the next one goes on with them,"
          + " so that many at once come to their end however long one takes")
  void goesOn() {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("out-of-time", 64L << 20, Capabilities.ext4());
    var context = stack.publish(volume, node);
    stack.stage(volume, node, context); // after which the kernel has all its modules
    stack.unstage(volume, node);

    try (Undo away = Daemon.UDEVD.freeze(node)) {
      assertThat(Failure.of(() -> stack.stage(volume, node, context)).status())
          .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }
    String made = devices(volume);
    assertThat(made.lines()).hasSize(2);

    stack.stage(volume, node, context);
    assertThat(devices(volume)).as("not made anew").isEqualTo(made);
    stack.unstage(volume, node);
    stack.attest(volume, node, context);
    stack.unpublish(volume, node);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  /** The volume's SCSI devices; one that was made anew has another number in sysfs. */
  private String devices(LabVolume volume) {
    return node.run(
        "grep -l "
            + volume.id().wwid().naa()
            + " /sys/bus/scsi/devices/*/wwid | xargs -r -n1 dirname | xargs -r stat -L -c '%n %i'");
  }
}
