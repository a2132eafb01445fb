package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnFileTest {

  private static final String CONTENT = "# " + OwnFile.MARK + "\nsetting 1\n";

  @TempDir Path folder;
  private final Steps steps = Steps.unobserved();

  @Test
  @DisplayName(
      "rule 15: it is written once, also into a folder that is not there, and removed once")
  void life() {
    var file = new OwnFile(folder.resolve("conf.d/braid.conf"));
    assertThat(file.ensure(steps, "write", CONTENT)).isTrue();
    assertThat(file.ensure(steps, "write", CONTENT)).isFalse();
    assertThat(file.path()).hasContent(CONTENT);
    assertThat(file.ensure(steps, "write", CONTENT + "setting 2\n")).isTrue();

    assertThat(file.remove(steps, "remove")).isTrue();
    assertThat(file.remove(steps, "remove")).isFalse();
    assertThat(file.path()).doesNotExist();
  }

  @Test
  @DisplayName("rule 16: another's file of the same name is neither written over nor removed")
  void foreign() throws IOException {
    var file = new OwnFile(folder.resolve("braid.conf"));
    Files.writeString(file.path(), "# by hand\nsetting 3\n");
    assertThatThrownBy(() -> file.ensure(steps, "write", CONTENT))
        .isInstanceOf(Refused.class)
        .hasMessageContaining(file.path().toString());
    assertThat(file.remove(steps, "remove")).isFalse();
    assertThat(file.path()).hasContent("# by hand\nsetting 3\n");
  }
}
