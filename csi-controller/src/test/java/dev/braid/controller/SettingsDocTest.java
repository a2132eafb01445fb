package dev.braid.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SettingsDocTest {

  @Test
  @DisplayName("docs/settings.md lists every setting as the program declares it")
  void listed() throws IOException {
    String page = Files.readString(Path.of("../docs/settings.md"));
    assertThat(ControllerSettings.ALL)
        .filteredOn(s -> !s.name().equals("BRAID_KILL_POINT_FOLDER"))
        .allSatisfy(
            s ->
                assertThat(page)
                    .contains(
                        "| `%s` | %s | %s (%s) |"
                            .formatted(
                                s.name(),
                                s.fallback() == null ? "–" : "`" + s.fallback() + "`",
                                s.meaning(),
                                s.unit())));
  }
}
