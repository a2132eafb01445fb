package dev.braid.linux.file.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostFilesTest {

  @TempDir Path folder;
  private final HostFiles files = new HostFiles();
  private final Steps steps = Steps.unobserved();

  @Test
  @DisplayName("rule 15: a file is replaced whole, also after a kill in the middle of it")
  void replace() throws IOException {
    Path file = folder.resolve("record");
    Files.writeString(folder.resolve("record~"), "half wri");
    steps.run("write", step -> files.replace(step, file, "one\n", "rw-------"));
    steps.run("write", step -> files.replace(step, file, "two\n", "rw-r--r--"));
    assertThat(file).hasContent("two\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r--r--");
    assertThat(folder.toFile().list()).containsExactly("record");
    Files.writeString(folder.resolve("record~"), "half wri");
    steps.run("remove", step -> files.removeReplaced(step, file));
    assertThat(folder.toFile().list()).isEmpty();
  }

  @Test
  @DisplayName("F1: making and removing a second time changes nothing and succeeds")
  void twice() {
    Path sub = folder.resolve("a/b");
    Path file = sub.resolve("f");
    for (int i = 0; i < 2; i++) {
      steps.run("make", step -> files.makeFolder(step, sub));
      steps.run("make", step -> files.makeFile(step, file));
    }
    for (int i = 0; i < 2; i++) {
      steps.run("remove", step -> files.removeFile(step, file));
      steps.run("remove", step -> files.removeEmptyFolder(step, sub));
    }
    assertThat(sub).doesNotExist();
  }

  @Test
  @DisplayName("what is made outlives a power cut: its folder is opened, to be synced, each time")
  void synced() throws IOException {
    try (var opened = new Opened(folder)) {
      steps.run("make", step -> files.makeFile(step, folder.resolve("f")));
      assertThat(opened.count()).isEqualTo(1);
      steps.run("make", step -> files.makeFile(step, folder.resolve("f")));
      assertThat(opened.count()).as("found there").isEqualTo(1);
      steps.run("make", step -> files.makeFolder(step, folder.resolve("a/b/c")));
      assertThat(opened.count()).as("which the first of three folders is in").isEqualTo(1);
    }
  }

  @Test
  @DisplayName("what is in a folder, or is of another kind, is not removed")
  void notOurs() throws IOException {
    Files.writeString(folder.resolve("precious"), "data");
    assertThatThrownBy(() -> steps.run("remove", step -> files.removeEmptyFolder(step, folder)))
        .isInstanceOf(Refused.class);
    assertThatThrownBy(() -> steps.run("remove", step -> files.removeFile(step, folder)))
        .isInstanceOf(Refused.class);
    Path file = folder.resolve("precious");
    assertThatThrownBy(() -> steps.run("remove", step -> files.removeEmptyFolder(step, file)))
        .isInstanceOf(Refused.class);
    assertThatThrownBy(() -> steps.run("make", step -> files.makeFolder(step, file)))
        .isInstanceOf(Refused.class);
    assertThatThrownBy(() -> steps.run("remove", step -> files.removeEmptyFile(step, file)))
        .isInstanceOf(Refused.class);
    assertThat(file).hasContent("data");
  }
}
