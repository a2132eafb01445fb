package dev.braid.e2e.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts that start the services, with a Java that says what it was started with. */
class StartScriptTest {

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "csi-node/src/main/dist/bin/braid-node",
        "target-agent/src/main/dist/bin/braid-agent"
      })
  @DisplayName(
      "rule 16: somebody's file name that is not ASCII is a path also to a service, which has no locale")
  void locale(String script) throws IOException, InterruptedException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Files.createDirectories(folder.resolve("lib"));
    Path start = Files.copy(Repository.root().resolve(script), bin.resolve("start"));
    Path java = bin.resolve("java");
    Files.writeString(java, "#!/bin/sh\nLC_ALL=${LC_ALL-none} printenv LC_ALL\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();

    var process = new ProcessBuilder(List.of("sh", start.toString()));
    process.environment().clear();
    process.environment().putAll(Map.of("JAVA_HOME", folder.toString(), "PATH", "/usr/bin:/bin"));
    Process run = process.redirectErrorStream(true).start();
    String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(said.strip()).isEqualTo("C.UTF-8");
    assertThat(run.waitFor()).isZero();
  }
}
