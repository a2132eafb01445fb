package dev.braid.linux.proc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.block.Nodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ProcHoldersTest {

  private static final DeviceNumber MAP = new DeviceNumber(253, 7);

  @TempDir Path root;
  private final Map<Integer, Set<DeviceNumber>> loops = new HashMap<>();

  @BeforeEach
  void folders() throws IOException {
    Files.createDirectories(root.resolve("proc"));
    Files.createDirectories(root.resolve("sys/block"));
  }

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
    assertThat(find(fileSystem(root)))
        .containsExactly("process 21 (sleep) with " + file, "process 22 (sleep) with " + root);
  }

  @Test
  @DisplayName(
      "rule 9: a loop device over it, or over a file on it, is named; its file's name is not")
  void loops() throws IOException {
    loop(0, "/var/lib/kubelet/plugins/a/dev/b", new DeviceNumber(0, 6), MAP);
    loop(1, "/data/image", MAP, new DeviceNumber(0, 0));
    loop(2, "/dev/dm-7", new DeviceNumber(0, 6), new DeviceNumber(253, 8)); // in a container
    assertThat(find())
        .containsExactlyInAnyOrder(
            "loop device /dev/loop0 over /var/lib/kubelet/plugins/a/dev/b",
            "loop device /dev/loop1 over /data/image");
  }

  @Test
  @DisplayName("rule 9: a swap on it, or in a file on it, is named")
  void swaps() throws IOException {
    Path sys = Files.createDirectories(root.resolve("sys/dev/block"));
    Path folder = Files.createDirectories(root.resolve("sys/devices/dm-7"));
    Files.createSymbolicLink(sys.resolve("253:7"), folder);
    Files.writeString(
        root.resolve("proc/swaps"),
        "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
            + "/dev/dm-7                               partition\t65532\t\t0\t\t-2\n"
            + "/dev/dm-71                              partition\t65532\t\t0\t\t-3\n");
    assertThat(find()).containsExactly("swap /dev/dm-7");

    Path file = Files.writeString(root.resolve("swap file"), "x");
    Files.writeString(
        root.resolve("proc/swaps"), file.toString().replace(" ", "\\040") + "   file\t64\t0\t-2\n");
    assertThat(find(fileSystem(root))).containsExactly("swap " + file);
  }

  @Test
  @DisplayName("rule 9: who uses a partition of it, or a volume of LVM on that, holds it")
  void tree() throws IOException {
    Path device = Files.createDirectories(root.resolve("sys/dev/block/253:7"));
    Path partition = Files.createDirectories(device.resolve("sdb1"));
    Files.writeString(partition.resolve("partition"), "1\n");
    Files.writeString(partition.resolve("dev"), "8:17\n");
    Path volume = Files.createDirectories(partition.resolve("holders/dm-9/dm"));
    Files.writeString(volume.resolve("name"), "vg-data\n");
    Files.writeString(volume.resolveSibling("dev"), "253:9\n");
    process(
        10, "mnt:[1]", "90 28 253:9 / /data rw - ext4 x rw\n91 28 8:17 / /old rw - ext4 x rw\n");
    assertThat(find())
        .containsExactly(
            "device dm-9 (vg-data)",
            "mount /data on dm-9 (seen by process 10)",
            "mount /old on sdb1 (seen by process 10)");
  }

  @Test
  @DisplayName("nobody there: an empty list")
  void nobody() {
    assertThat(find()).isEmpty();
  }

  @Test
  @DisplayName("rule 9: a search that fails does not say that nobody holds it")
  void fails() throws IOException {
    Files.delete(root.resolve("proc"));
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
  @Timeout(20)
  @DisplayName("rule 9: of searches that hang there is one, and all are told what it has found")
  void hangs() throws Exception {
    process(10, "mnt:[1]", "90 28 253:7 / /staging rw - ext4 /dev/dm-7 rw\n");
    loop(0, "/dead/image");
    var answers = new CountDownLatch(1);
    var begun = new AtomicInteger();
    var holders =
        new ProcHolders(
            root.resolve("proc"),
            root.resolve("sys"),
            loop -> {
              begun.incrementAndGet();
              await(answers);
              return Set.of(MAP);
            });
    for (int i = 0; i < 5; i++) {
      assertThat(holders.of(MAP, Deadline.after(Duration.ofMillis(200))))
          .containsExactly(
              "mount /staging (seen by process 10)", "perhaps others (the search took too long)");
    }
    assertThat(begun).hasValue(1);
    answers.countDown();
    assertThat(holders.of(MAP, Deadline.after(Duration.ofSeconds(10))))
        .containsExactly(
            "mount /staging (seen by process 10)", "loop device /dev/loop0 over /dead/image");
    assertThat(begun).as("what has ended is begun anew").hasValue(2);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError("the kernel heeds no interrupt, so nobody may send one", e);
    }
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

  private List<String> find() {
    return find(MAP);
  }

  private List<String> find(DeviceNumber device) {
    return new ProcHolders(
            root.resolve("proc"),
            root.resolve("sys"),
            loop -> loops.getOrDefault(loop.number(), Set.of()))
        .of(device, Deadline.after(Duration.ofSeconds(10)));
  }

  private void loop(int number, String file, DeviceNumber... under) throws IOException {
    Path folder = Files.createDirectories(root.resolve("sys/block/loop" + number + "/loop"));
    Files.writeString(folder.resolve("backing_file"), file + "\n");
    for (String attribute : List.of("dio", "offset", "sizelimit", "../ro")) {
      Files.writeString(folder.resolve(attribute), "0\n");
    }
    loops.put(number, Set.of(under));
  }

  private static DeviceNumber fileSystem(Path file) {
    return Nodes.fileSystem(file).orElseThrow();
  }

  private void process(int pid, String namespace, String mounts) throws IOException {
    Path folder = root.resolve("proc/" + pid);
    Files.createDirectories(folder.resolve("ns"));
    Files.createSymbolicLink(folder.resolve("ns/mnt"), Path.of(namespace));
    Files.writeString(folder.resolve("mountinfo"), mounts);
    Files.writeString(folder.resolve("comm"), "sleep\n");
  }
}
