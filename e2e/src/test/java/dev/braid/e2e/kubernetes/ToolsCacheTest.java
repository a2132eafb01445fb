package dev.braid.e2e.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cache of Kubernetes' programs, with a stand-in for Go. */
class ToolsCacheTest {

  @TempDir Path temp;

  @Test
  @DisplayName(
      "programs are built once, without a C library, with the version that clients are told")
  void builtOnce() throws Exception {
    go("go1.99.0");
    Path tools = build();
    assertThat(tools.resolve("bin/kubelet")).isExecutable();
    assertThat(tools.resolve("nodes.img")).isNotEmptyFile();
    assertThat(build()).isEqualTo(tools);
    assertThat(Files.readAllLines(temp.resolve("builds")))
        .hasSize(2)
        .allSatisfy(
            line ->
                assertThat(line)
                    .startsWith("CGO_ENABLED=0 build -gcflags=all=-dwarf=false")
                    .contains("gitVersion=v1.36.3"));
  }

  @Test
  @DisplayName("a program that is not what was built is built again")
  void otherBytes() throws Exception {
    go("go1.99.0");
    Files.writeString(build().resolve("bin/kubelet"), "no kubelet\n");
    build();
    assertThat(Files.readAllLines(temp.resolve("builds"))).hasSize(4);
  }

  @Test
  @DisplayName(
      "a Go that is too old is not used: another is asked for, and its sum is what decides")
  void goTooOld() throws Exception {
    go("go1.19.8");
    // No way to the module proxy: that it was tried is what this test is for.
    Ran ran = run("https_proxy", "http://127.0.0.1:9");
    assertThat(ran.exit()).isNotZero();
    assertThat(ran.stderr())
        .contains("go1.19.8, too old; fetching another")
        .contains("fetching: failed")
        .contains("build-toolchain.log");
    assertThat(temp.resolve("builds")).doesNotExist();
  }

  private record Ran(int exit, String stdout, String stderr) {}

  private Path build() throws Exception {
    Ran ran = run("NONE", "");
    assertThat(ran.exit()).as(ran.stderr()).isZero();
    return Path.of(ran.stdout().strip());
  }

  private Ran run(String variable, String value) throws Exception {
    var builder =
        new ProcessBuilder(Repository.root().resolve("e2e/tools/build-tools").toString())
            .redirectError(temp.resolve("stderr").toFile());
    builder.environment().put("XDG_CACHE_HOME", temp.resolve("cache").toString());
    builder.environment().put("BUILDS", temp.resolve("builds").toString());
    builder.environment().put("PATH", temp.resolve("bin") + ":" + System.getenv("PATH"));
    builder.environment().put(variable, value);
    Process process = builder.start();
    String stdout = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    return new Ran(process.exitValue(), stdout, Files.readString(temp.resolve("stderr")));
  }

  /** Makes a program for each {@code tool} line, as Go would. */
  private void go(String version) throws IOException {
    String script =
        """
        #!/bin/bash
        if [ "$1" = env ]; then echo %s; exit; fi
        echo "CGO_ENABLED=$CGO_ENABLED $*" >> "$BUILDS"
        for word; do case $word in */bin/) out=$word ;; esac; done
        for tool in $(sed -n '/^tool (/,/^)/s/^\\t//p' go.mod); do
          printf '#!/bin/sh\\n' > "$out/${tool##*/}"
          chmod +x "$out/${tool##*/}"
        done
        """
            .formatted(version);
    Path file = Files.createDirectories(temp.resolve("bin")).resolve("go");
    Files.writeString(file, script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
