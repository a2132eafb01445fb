package dev.braid.linux.configfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Steps;
import dev.braid.linux.configfs.change.ConfigfsChange;
import dev.braid.linux.configfs.change.KernelConfigfsChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a folder that stands for configfs; LIO's own answers are the agent's fake's and the lab's. */
class KernelConfigfsTest {

  @TempDir Path root;

  private final Steps steps = Steps.unobserved();
  private Configfs configfs;
  private ConfigfsChange change;

  @BeforeEach
  void open() {
    configfs = new KernelConfigfs(root);
    change = new KernelConfigfsChange(root);
  }

  @Test
  @DisplayName("F1: making what is there and removing what is gone are successes")
  void idempotent() {
    twice(() -> steps.run("make", step -> change.mkdir(step, "core")));
    steps.run("make", step -> change.mkdir(step, "core/iblock_3"));
    steps.run("make", step -> change.mkdir(step, "iscsi"));
    twice(() -> steps.run("link", step -> change.link(step, "iscsi/lun", "core/iblock_3")));
    assertThat(configfs.folders("")).containsExactly("core", "iscsi");
    assertThat(configfs.links("iscsi"))
        .containsExactly(java.util.Map.entry("lun", "core/iblock_3"));
    twice(() -> steps.run("unlink", step -> change.unlink(step, "iscsi/lun")));
    twice(() -> steps.run("remove", step -> change.rmdir(step, "core/iblock_3")));
    assertThat(configfs.isFolder("core/iblock_3")).isFalse();
  }

  @Test
  @DisplayName("What is gone reads as empty")
  void gone() {
    assertThat(configfs.read("core/none")).isEmpty();
    assertThat(configfs.folders("none")).isEmpty();
    assertThat(configfs.links("none")).isEmpty();
  }

  @Test
  @DisplayName("An attribute is replaced as a whole, and read without its line's end")
  void attribute() throws IOException {
    Files.writeString(root.resolve("enable"), "a longer text\n");
    steps.run("write", step -> change.write(step, "enable", "1"));
    assertThat(configfs.read("enable")).contains("1");
  }

  @Test
  @DisplayName("A refusal names the object and what the error number means")
  void refusals() {
    steps.run("make", step -> change.mkdir(step, "core"));
    steps.run("make", step -> change.mkdir(step, "core/inner"));
    assertThatThrownBy(() -> steps.run("remove", step -> change.rmdir(step, "core")))
        .isInstanceOf(KernelRefused.class)
        .hasMessageContaining(root.resolve("core").toString())
        .hasMessageContaining("not empty");
    assertThatThrownBy(() -> steps.run("write", step -> change.write(step, "core/no", "1")))
        .isInstanceOf(KernelRefused.class)
        .hasMessageContaining("no such file");
    steps.run("link", step -> change.link(step, "a", "core"));
    assertThatThrownBy(() -> steps.run("link", step -> change.link(step, "a", "core/inner")))
        .as("the name is another object's link")
        .isInstanceOf(KernelRefused.class);
  }

  private static void twice(Runnable change) {
    change.run();
    change.run();
  }
}
