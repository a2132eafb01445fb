package dev.braid.linux.proc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.linux.DeviceNumber;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcHoldersTest {

  private static final DeviceNumber MAP = new DeviceNumber(253, 7);

  @TempDir Path root;

  @Test
  @DisplayName("rule 9: mounts in any namespace and devices above are named, each once")
  void named() throws IOException {
    process(10, "mnt:[1]", "90 28 253:7 / /staging rw - ext4 /dev/dm-7 rw\n");
    process(11, "mnt:[1]", "90 28 253:7 / /staging rw - ext4 /dev/dm-7 rw\n");
    process(12, "mnt:[2]", "91 28 253:7 / /data rw - ext4 /dev/dm-7 rw\n");
    process(13, "mnt:[3]", "91 28 253:8 / /data rw - ext4 /dev/dm-8 rw\n");
    Path holder = root.resolve("sys/dev/block/253:7/holders/dm-9/dm");
    Files.createDirectories(holder);
    Files.writeString(holder.resolve("name"), "vg-data\n");

    assertThat(find())
        .containsExactlyInAnyOrder(
            "device dm-9 (vg-data)",
            "mount /staging (seen by process 10)",
            "mount /data (seen by process 12)");
  }

  @Test
  @DisplayName("rule 9: a process with a file open on the file system, or standing in it, is named")
  void onFileSystem() throws IOException {
    Path file = Files.writeString(root.resolve("data"), "x");
    process(21, "mnt:[1]", "");
    Files.createDirectories(root.resolve("proc/21/fd"));
    Files.createSymbolicLink(root.resolve("proc/21/fd/3"), file);
    process(22, "mnt:[1]", "");
    Files.createSymbolicLink(root.resolve("proc/22/cwd"), root);
    process(23, "mnt:[1]", "");
    Files.createSymbolicLink(root.resolve("proc/23/cwd"), Path.of("/proc"));
    var here =
        DeviceNumber.ofDev(
            (Long) java.util.Objects.requireNonNull(Files.getAttribute(root, "unix:dev")));
    assertThat(
            new ProcHolders(root.resolve("proc"), root.resolve("sys"))
                .of(here, Deadline.after(Duration.ofSeconds(10))))
        .containsExactly("process 21 (sleep) with " + file, "process 22 (sleep) with " + root);
  }

  @Test
  @DisplayName("nobody there: an empty list")
  void nobody() throws IOException {
    Files.createDirectories(root.resolve("proc"));
    assertThat(find()).isEmpty();
  }

  @Test
  @DisplayName("rule 9: a search that fails does not say that nobody holds it")
  void fails() {
    assertThat(find()).singleElement().asString().startsWith("perhaps others (the search failed: ");
  }

  @Test
  @DisplayName("rule 9: a search that is ended does not say that nobody holds it")
  void ended() throws Exception {
    process(10, "mnt:[1]", "");
    Path hangs = root.resolve("proc/10/mountinfo");
    Files.delete(hangs);
    assertThat(new ProcessBuilder("mkfifo", hangs.toString()).start().waitFor()).isZero();
    Thread.currentThread().interrupt();
    assertThat(find()).containsExactly("perhaps others (the search was ended)");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  @DisplayName("rule 9: a mount with a name that is no text hides neither itself nor another")
  void anyName() throws IOException {
    process(10, "mnt:[1]", "");
    Files.write(
        root.resolve("proc/10/mountinfo"),
        "89 28 253:8 / /gr\u00f6\u00dfe rw - ext4 x rw\n90 28 253:7 / /\u00f6 rw - ext4 x rw\n"
            .getBytes(ISO_8859_1));
    assertThat(find()).containsExactly("mount /\\xf6 (seen by process 10)");
  }

  @Test
  @DisplayName("rule 9: a namespace whose first process just ended is looked at by the next")
  void endedMeanwhile() throws IOException {
    process(10, "mnt:[1]", "");
    Files.delete(root.resolve("proc/10/mountinfo"));
    process(11, "mnt:[1]", "90 28 253:7 / /staging rw - ext4 /dev/dm-7 rw\n");
    assertThat(find()).containsExactly("mount /staging (seen by process 11)");
  }

  @Test
  void bootIdOfThisMachine() {
    assertThat(Boot.id()).isEqualTo(Boot.id());
  }

  private java.util.List<String> find() {
    return new ProcHolders(root.resolve("proc"), root.resolve("sys"))
        .of(MAP, Deadline.after(Duration.ofSeconds(10)));
  }

  private void process(int pid, String namespace, String mounts) throws IOException {
    Path folder = root.resolve("proc/" + pid);
    Files.createDirectories(folder.resolve("ns"));
    Files.createSymbolicLink(folder.resolve("ns/mnt"), Path.of(namespace));
    Files.writeString(folder.resolve("mountinfo"), mounts);
    Files.writeString(folder.resolve("comm"), "sleep\n");
  }
}
