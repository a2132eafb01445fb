package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.writer.WriterSession;
import dev.braid.e2e.writer.Writing;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A node loses its power, and gets the same volumes back when it has it again. */
@InStack
@Tag("soak")
class PowerCutLabTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  private final Stack stack;
  private final Machine node;

  PowerCutLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
  }

  @Test
  @DisplayName(
      "F31: the power of a node is cut under a writer: it comes back without a session or a map;"
          + " staged again, every acknowledged record is there")
  void cutAndBack() {
    var clean = Leftovers.of(stack.lab());
    LabVolume files = stack.create("cut-files", 64L << 20, Capabilities.ext4());
    LabVolume block = stack.create("cut-block", 64L << 20, Capabilities.block());
    var filesContext = stack.bringUp(files, node);
    var blockContext = stack.bringUp(block, node);
    Signature.write(node, block);
    var writing = Writing.to(files.id(), files.targetPath() + "/records");
    try (var writer = WriterSession.start(node, writing)) {
      writer.acks().awaitCount(100, Deadline.after(SOON));
      node.powerCut();
      writer.awaitEnd();

      node.powerOn();
      assertThat(attached()).as("after the boot").isEmpty();
      stack.node(node).restart();
      assertThat(attached()).as("with the plugin").isEmpty();

      stack.stage(files, node, filesContext);
      stack.nodePublish(files, node, filesContext);
      WriterSession.readBack(node, writing).compare(List.of(writer.acks())).throwUnlessHolds();
    }
    stack.stage(block, node, blockContext);
    stack.nodePublish(block, node, blockContext);
    Paths.await(node, files, 2, SOON);
    Paths.await(node, block, 2, SOON);
    assertThat(Signature.read(node, block)).hasSize(3).containsOnly(Signature.of(block));

    stack.takeDown(files, node, filesContext);
    stack.takeDown(block, node, blockContext);
    stack.delete(files);
    stack.delete(block);
    clean.assertNoneSoon();
  }

  /** Sessions, SCSI devices of theirs, and maps. */
  private String attached() {
    return node.run(
        "ls /sys/class/iscsi_session; dmsetup ls --target multipath | grep -v 'No devices';"
            + " ls /sys/class/scsi_device; true");
  }
}
