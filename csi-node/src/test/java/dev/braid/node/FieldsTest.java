package dev.braid.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FieldsTest {

  @TempDir Path folder;

  @Test
  @DisplayName("a path through a symbolic link is named as the kernel's table of mounts names it")
  void linkedFolder() throws Exception {
    Path real = Files.createDirectories(folder.toRealPath().resolve("data/kubelet/pods"));
    Path link = Files.createSymbolicLink(folder.resolve("kubelet"), real.getParent());
    assertThat(path(link.resolve("pods/mount"))).isEqualTo(real.resolve("mount"));
    assertThat(path(link.resolve("pods/../pods/mount"))).isEqualTo(real.resolve("mount"));
  }

  @Test
  @DisplayName("the last part stays what it is, and a path to nowhere too")
  void lastPart() throws Exception {
    Path real = Files.createDirectory(folder.toRealPath().resolve("real"));
    Path link = Files.createSymbolicLink(folder.toRealPath().resolve("link"), real);
    assertThat(path(link)).isEqualTo(link);
    Path nowhere = folder.resolve("gone/mount");
    assertThat(path(nowhere)).isEqualTo(nowhere);
    assertThat(path(Path.of("/"))).isEqualTo(Path.of("/"));
  }

  private static Path path(Path path) {
    return Fields.path("target_path", path.toString());
  }
}
