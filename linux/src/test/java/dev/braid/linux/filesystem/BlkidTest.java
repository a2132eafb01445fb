package dev.braid.linux.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.filesystem.Blkid.Found;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BlkidTest {

  @Test
  @DisplayName("rule 3: what blkid says is told apart from its silence and from its failure")
  void answers() {
    assertThat(probe(0, "DEVNAME=/dev/dm-0\nUUID=1\nBLOCK_SIZE=4096\nTYPE=ext4\n"))
        .isEqualTo(new Found.Content("ext4"));
    assertThat(probe(0, "DEVNAME=/dev/dm-0\nTYPE=LVM2_member\nUSAGE=raid\n"))
        .isEqualTo(new Found.Content("LVM2_member"));
    assertThat(probe(0, "DEVNAME=/dev/dm-0\nPTUUID=1\nPTTYPE=gpt\n"))
        .isInstanceOf(Found.Other.class);
    assertThat(probe(0, "TYPE=ext4\nPTTYPE=dos\n")).isInstanceOf(Found.Other.class);
    assertThat(probe(8, "")).isInstanceOf(Found.Other.class);
    assertThat(probe(2, "")).isInstanceOf(Found.Nothing.class);
    assertThatThrownBy(() -> probe(4, "")).isInstanceOf(KernelRefused.class);
  }

  private static Found probe(int exit, String output) {
    Exec exec = (argv, deadline) -> new Exec.Result(argv, exit, output, "");
    return new Blkid(exec).probe(Path.of("/dev/dm-0"), Deadline.after(Duration.ofSeconds(1)));
  }
}
