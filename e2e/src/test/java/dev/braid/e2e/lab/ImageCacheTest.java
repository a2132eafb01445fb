package dev.braid.e2e.lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The image's cache, with stand-ins for the two programs that take the time. */
class ImageCacheTest {

  @TempDir Path temp;
  private Path builds;

  @BeforeEach
  void standIns() throws IOException {
    builds = temp.resolve("builds");
    program(
        "mmdebstrap",
        """
        echo "build $*" >> "$BUILDS"
        for word; do root=$last last=$word; case $word in bookworm) next=1 ;; *) [ "$next" = 1 ] && target=$word; next= ;; esac; done
        mkdir -p "$target/boot"
        printf '\\177ELF kernel' | xz > "$target/boot/vmlinuz-6.1"
        echo initrd | gzip > "$target/boot/initrd.img-6.1"
        [ -z "${FAIL:-}" ]
        """);
    program("mke2fs", "for word; do case $word in */root.img) echo disk > \"$word\" ;; esac; done");
  }

  @Test
  @DisplayName("an intact image is used as it is")
  void intact() throws Exception {
    Path image = build();
    assertThat(image.resolve("root.img")).hasContent("disk\n");
    assertThat(image.resolve("initrd.img")).hasContent("initrd\n");
    assertThat(Files.readString(image.resolve("vmlinux"))).startsWith("\u007fELF");

    assertThat(build()).isEqualTo(image);
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  @DisplayName("an image without its mark, as an interrupted build would leave it, is built again")
  void noMark() throws Exception {
    Files.delete(build().resolve("complete"));
    build();
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  @DisplayName("a truncated image is built again")
  void truncated() throws Exception {
    Path image = build();
    try (var file = new RandomAccessFile(image.resolve("root.img").toFile(), "rw")) {
      file.setLength(2);
    }
    build();
    assertThat(builds()).isEqualTo(2);
    assertThat(image.resolve("root.img")).hasContent("disk\n");
  }

  @Test
  @DisplayName("an image with other bytes of the same length is built again")
  void otherBytes() throws Exception {
    Files.writeString(build().resolve("root.img"), "risk\n");
    build();
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  @DisplayName("an image that lacks a file is built again")
  void fileMissing() throws Exception {
    Files.delete(build().resolve("vmlinux"));
    build();
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  @DisplayName(
      "an image that a restored cache gave new inodes and times is used, once its sums agree")
  void restored() throws Exception {
    Path image = build();
    Path copy = temp.resolve("copy");
    Files.copy(image.resolve("root.img"), copy);
    Files.delete(image.resolve("root.img"));
    Files.move(copy, image.resolve("root.img"));
    build();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  @DisplayName(
      "a build that fails says where its log is and leaves nothing that looks like an image")
  void failedBuild() throws Exception {
    Ran ran = run("FAIL", "1");
    assertThat(ran.exit()).isNotZero();
    assertThat(ran.stderr()).contains("failed").contains("build-image.log");
    try (var cache = Files.list(temp.resolve("cache/braid"))) {
      assertThat(cache.map(p -> p.getFileName().toString())).noneMatch(n -> n.startsWith("image-"));
    }
    assertThat(build()).isDirectory();
  }

  @Test
  @DisplayName("the bench's image stands beside the plain one, with more packages in it")
  void ofBench() throws Exception {
    Path plain = build();
    Ran ran = run("NONE", "", "--bench");
    assertThat(ran.exit()).as(ran.stderr()).isZero();
    Path bench = Path.of(ran.stdout().strip());

    assertThat(bench).isNotEqualTo(plain).isDirectory();
    assertThat(build()).isEqualTo(plain);
    List<String> made = Files.readAllLines(builds);
    assertThat(made).hasSize(2);
    assertThat(made.get(0)).contains("open-iscsi").doesNotContain("os-brick");
    assertThat(made.get(1)).contains("open-iscsi", "python3-os-brick");
  }

  private record Ran(int exit, String stdout, String stderr) {}

  private Path build() throws Exception {
    Ran ran = run("NONE", "");
    assertThat(ran.exit()).as(ran.stderr()).isZero();
    return Path.of(ran.stdout().strip());
  }

  private int builds() throws IOException {
    return Files.readAllLines(builds).size();
  }

  private Ran run(String variable, String value, String... arguments) throws Exception {
    var argv =
        new ArrayList<>(List.of(Repository.root().resolve("e2e/lab/build-image").toString()));
    argv.addAll(List.of(arguments));
    var builder = new ProcessBuilder(argv).redirectError(temp.resolve("stderr").toFile());
    builder.environment().put("XDG_CACHE_HOME", temp.resolve("cache").toString());
    builder.environment().put("BUILDS", builds.toString());
    builder.environment().put("PATH", temp.resolve("bin") + ":" + System.getenv("PATH"));
    builder.environment().put(variable, value);
    Process process = builder.start();
    String stdout = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Ran(process.exitValue(), stdout, Files.readString(temp.resolve("stderr")));
  }

  private void program(String name, String script) throws IOException {
    Path bin = Files.createDirectories(temp.resolve("bin"));
    Path file = Files.writeString(bin.resolve(name), "#!/bin/bash\n" + script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
