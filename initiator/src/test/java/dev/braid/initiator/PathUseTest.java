package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.block.Claims;
import dev.braid.linux.lock.Lock;
import dev.braid.linux.loop.Loops;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.sysfs.Hctl;
import dev.braid.linux.sysfs.ScsiDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two paths, sdb and sdc, of a folder that stands for a host. */
class PathUseTest {

  private static final DeviceNumber SDB = new DeviceNumber(8, 16);

  @TempDir Path host;

  private final CountDownLatch released = new CountDownLatch(1);
  private final Hold hold =
      new Hold(
          new Lock() {
            @Override
            public void share() {}

            @Override
            public void close() {
              released.countDown();
            }
          });
  private final List<DeviceNumber> searched = new ArrayList<>();
  private List<String> found = List.of();

  @BeforeEach
  void paths() throws IOException {
    path("sdb", "8:16");
    path("sdc", "8:32");
    Files.createDirectories(host.resolve("sys/block"));
  }

  @Test
  @DisplayName("rule 9: a path that is mounted, or swapped on, is not deleted; who does is named")
  void claimed() {
    found = List.of("swap /dev/sdb");
    var use = use(node -> node.endsWith("sdb"));
    assertThatThrownBy(() -> use.checkFree(both(), hold, soon()))
        .isInstanceOf(DeviceInUse.class)
        .hasMessageContainingAll("2:0:0:300 (sdb)", "swap /dev/sdb");
    assertThat(use.users(device("sdb"), hold, soon())).containsExactly("swap /dev/sdb");

    found = List.of();
    assertThat(use.users(device("sdb"), hold, soon()))
        .containsExactly("somebody who could not be found");
    assertThat(use.users(device("sdc"), hold, soon())).isEmpty();
  }

  @Test
  @DisplayName("rule 9: a path under a loop device is not deleted, which claims nothing")
  void looped() throws IOException {
    var use = use(node -> false);
    loop(0, host.resolve("dev/sdd"));
    loop(1, host.resolve("srv/sdb"));
    use.checkFree(both(), hold, soon());

    loop(2, host.resolve("dev/sdb"));
    assertThatThrownBy(() -> use.checkFree(both(), hold, soon())).isInstanceOf(DeviceInUse.class);

    Path partition = Files.createDirectories(host.resolve("sys/class/block/sdc/sdc1"));
    Files.writeString(partition.resolve("partition"), "1\n");
    loop(2, host.resolve("dev/sdc1"));
    assertThatThrownBy(() -> use.checkFree(both(), hold, soon()))
        .isInstanceOf(DeviceInUse.class)
        .hasMessageContaining("sdc");
  }

  @Test
  @DisplayName("rule 9: a path under a device of device-mapper is not deleted")
  void below() throws IOException {
    Files.createDirectories(host.resolve("sys/class/block/sdc/holders/dm-4"));
    assertThatThrownBy(() -> use(node -> false).checkFree(both(), hold, soon()))
        .isInstanceOf(DeviceInUse.class)
        .hasMessageContaining("sdc");
  }

  @Test
  @DisplayName("rule 9: one that is claimed for a moment, as udev does, halts nothing")
  void transientClaim() {
    var looks = new AtomicInteger();
    use(node -> looks.incrementAndGet() < 3)
        .checkFree(List.of(device("sdb")), hold, Deadline.after(Duration.ofSeconds(20)));
    assertThat(looks).hasValue(3);
    assertThat(searched).as("processes are looked at only for a name").isEmpty();
  }

  @Test
  @DisplayName("rule 9: a path that hangs, or cannot be asked, is kept; its lock is held meanwhile")
  void unknown() throws InterruptedException {
    var end = new CountDownLatch(1);
    var hangs =
        use(
            node -> {
              while (end.getCount() > 0) {
                try {
                  end.await();
                } catch (InterruptedException e) {
                  continue; // as an open in the kernel would
                }
              }
              return false;
            });
    assertThatThrownBy(() -> hangs.checkFree(List.of(device("sdb")), hold, soon()))
        .isInstanceOf(DeadlinePassed.class)
        .hasMessageContaining("2:0:0:300 (sdb)");
    hold.close();
    assertThat(released.getCount()).isEqualTo(1);
    end.countDown();
    released.await();

    var refuses =
        use(
            node -> {
              throw new KernelRefused("not permitted");
            });
    assertThatThrownBy(() -> refuses.checkFree(both(), hold, soon()))
        .isInstanceOf(KernelRefused.class)
        .hasMessageContainingAll("sdb", "not permitted");
  }

  @Test
  @DisplayName("a path that went meanwhile is in nobody's use")
  void gone() {
    var use =
        use(
            node -> {
              throw new KernelRefused("no such file");
            });
    assertThatCode(() -> use.checkFree(List.of(device("sdz")), hold, soon()))
        .doesNotThrowAnyException();
  }

  private PathUse use(Claims claims) {
    return new PathUse(
        new BlockTree(host.resolve("sys")),
        new Loops(host.resolve("sys/block")),
        claims,
        (number, deadline) -> {
          searched.add(number);
          return number.equals(SDB) ? found : List.of();
        },
        host.resolve("dev"));
  }

  private static List<ScsiDevice> both() {
    return List.of(device("sdb"), device("sdc"));
  }

  private static ScsiDevice device(String block) {
    return new ScsiDevice(
        new Hctl(2, 0, 0, 300),
        "LIO-ORG",
        "Braid",
        "running",
        Optional.of(block),
        Optional.empty(),
        1 << 20,
        Optional.empty());
  }

  private void path(String name, String number) throws IOException {
    Path folder = Files.createDirectories(host.resolve("sys/class/block").resolve(name));
    Files.writeString(folder.resolve("dev"), number + "\n");
    Files.createDirectories(folder.resolve("holders"));
  }

  private void loop(int number, Path file) throws IOException {
    Path folder = Files.createDirectories(host.resolve("sys/block/loop" + number + "/loop"));
    Files.writeString(folder.resolve("backing_file"), file + "\n");
    for (String attribute : List.of("dio", "offset", "sizelimit", "../ro")) {
      Files.writeString(folder.resolve(attribute), "0\n");
    }
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(2));
  }
}
