package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Stack;
import io.grpc.Status;
import java.util.HashMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A LUN that is not who it should be. */
@InStack
class WrongDeviceLabTest {

  private final Stack stack;

  WrongDeviceLabTest(Stack stack) {
    this.stack = stack;
  }

  @Test
  @DisplayName(
      "F4, rule 3: another WWID behind the address: the stage fails, and that device is untouched")
  void anotherWwidBehindTheAddress() {
    var clean = Leftovers.of(stack.lab());
    var node = stack.lab().node1();
    LabVolume theirs = stack.create("theirs", 64L << 20, Capabilities.ext4());
    var theirContext = stack.bringUp(theirs, node);
    node.run("echo precious > " + theirs.targetPath() + "/word");
    stack.nodeUnpublish(theirs, node);
    stack.unstage(theirs, node);

    LabVolume ours = stack.create("ours", 64L << 20, Capabilities.ext4());
    var ourContext = stack.publish(ours, node);
    var crossed = new HashMap<>(ourContext);
    crossed.put("lun", theirContext.get("lun"));

    var failure = Failure.of(() -> stack.stage(ours, node, crossed));
    assertThat(failure.status()).isEqualTo(Status.Code.INTERNAL);
    assertThat(failure.message()).contains(ours.wwid().toString(), theirs.wwid().toString());
    assertThat(node.exec("mountpoint -q " + ours.stagingPath()).ok()).isFalse();
    stack.unstage(ours, node);

    stack.stage(theirs, node, theirContext);
    stack.nodePublish(theirs, node, theirContext);
    assertThat(node.read(theirs.targetPath() + "/word")).isEqualTo("precious\n");

    stack.takeDown(theirs, node, theirContext);
    stack.attest(ours, node, ourContext);
    stack.unpublish(ours, node);
    stack.delete(theirs);
    stack.delete(ours);
    clean.assertNoneSoon();
  }
}
