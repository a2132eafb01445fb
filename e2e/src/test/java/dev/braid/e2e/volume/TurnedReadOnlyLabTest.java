package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Stack;
import dev.braid.proto.csi.v1.VolumeHealth.VolumeHealthEntry;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A file system that turned read-only while its volume was in use. */
@InStack
class TurnedReadOnlyLabTest {

  private static final String READ_ONLY = "has turned read-only after an error";

  private final Stack stack;
  private final Machine node;

  TurnedReadOnlyLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
  }

  @Test
  @DisplayName(
      "rule 18: a file system that turned read-only is given to nobody for writing, and its"
          + " volume's health says so; unstaged and staged again it takes writes")
  void turned() {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("turned", 64L << 20, Capabilities.ext4());
    var context = stack.bringUp(volume, node);
    assertThat(write(volume)).isTrue();

    node.run("echo 1 > /sys/fs/ext4/" + new Device(node, volume).map() + "/trigger_fs_error");
    assertThat(write(volume)).isFalse();
    assertThat(Failure.of(() -> stack.stage(volume, node, context)).message()).contains(READ_ONLY);
    assertThat(stack.health(volume, node).getHealthStatusesList())
        .extracting(VolumeHealthEntry::getReason)
        .containsExactly("FileSystemReadOnly");
    assertThat(stack.stats(volume, node).getVolumeCondition().getMessage()).contains(READ_ONLY);
    stack.nodeUnpublish(volume, node);
    assertThat(Failure.of(() -> stack.nodePublish(volume, node, context)).message())
        .contains(READ_ONLY);

    stack.unstage(volume, node);
    stack.stage(volume, node, context);
    assertThat(write(volume)).isTrue();
    assertThat(stack.health(volume, node).getHealthStatusesList()).isEmpty();
    stack.unstage(volume, node);
    stack.attest(volume, node, context);
    stack.unpublish(volume, node);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  private boolean write(LabVolume volume) {
    return node.exec("echo written > " + volume.stagingPath() + "/file").ok();
  }
}
