package dev.braid.linux.filesystem.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.braid.base.Deadline;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.exec.HostExec;
import dev.braid.linux.filesystem.Ext4Superblock;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class E2fsprogsTest {

  @TempDir Path folder;
  private final Steps steps = Steps.unobserved();

  @Test
  @DisplayName(
      "mke2fs leaves what is behind its share alone, and a new file system was never mounted")
  void leavesTheRest() throws IOException {
    assumeTrue(Stream.of("/sbin/mke2fs", "/usr/sbin/mke2fs").map(Path::of).anyMatch(Files::exists));
    Path image = folder.resolve("image");
    long share = (64 << 20) - (64 << 10);
    byte[] mark = Arrays.copyOf("a mark".getBytes(StandardCharsets.US_ASCII), 64 << 10);
    try (var file = new RandomAccessFile(image.toFile(), "rw")) {
      file.seek(share);
      file.write(mark);
    }
    var programs = new E2fsprogs(new HostExec());
    steps.run("make", step -> programs.makeExt4(step, image, share, deadline()));
    steps.run("check", step -> programs.checkExt4(step, image, deadline()));

    byte[] start = new byte[4096];
    byte[] rest = new byte[mark.length];
    try (var file = new RandomAccessFile(image.toFile(), "r")) {
      file.readFully(start);
      file.seek(share);
      file.readFully(rest);
    }
    assertThat(Arrays.equals(rest, mark)).isTrue();
    assertThat(Ext4Superblock.parse(start)).contains(new Ext4Superblock(false));
  }

  @Test
  @DisplayName(
      "e2fsck's exit codes: mended is good, a person's business is refused, the rest fails")
  void exitCodes() {
    for (int good : new int[] {0, 1, 2, 3}) {
      assertThatCode(() -> check(good)).doesNotThrowAnyException();
    }
    for (int bad : new int[] {4, 5, 12}) {
      assertThatThrownBy(() -> check(bad)).isInstanceOf(Refused.class).hasMessageContaining("hand");
    }
    for (int broken : new int[] {8, 16, 32, 128}) {
      assertThatThrownBy(() -> check(broken)).isInstanceOf(KernelRefused.class);
    }
  }

  private void check(int exit) {
    Exec exec = (argv, deadline) -> new Exec.Result(argv, exit, "", "as it said");
    steps.run("check", s -> new E2fsprogs(exec).checkExt4(s, Path.of("/dev/dm-0"), deadline()));
  }

  private static Deadline deadline() {
    return Deadline.after(Duration.ofSeconds(60));
  }
}
