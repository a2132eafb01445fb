package dev.braid.linux.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.linux.DeviceNumber;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountTableTest {

  private static final MountTable TABLE =
      MountTable.parse(
          """
          22 28 0:21 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
          28 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
          90 28 253:0 / /staging/a\\040b rw,relatime shared:40 master:3 - ext4 /dev/dm-0 rw,stripe=8
          91 28 253:0 / /pods/1 ro,relatime - ext4 /dev/dm-0 rw
          92 28 0:5 /dm-0 /pods/2 rw,nosuid - devtmpfs udev rw,size=1M
          93 28 253:1 / /pods/2 rw - ext4 /dev/dm-1 ro
          nonsense
          """);
  private static final DeviceNumber DM_0 = new DeviceNumber(253, 0);

  @Test
  @DisplayName("every mount of a device, with blanks in its name, read-only or not")
  void ofDevice() {
    assertThat(TABLE.entries()).hasSize(6);
    assertThat(TABLE.of(DM_0))
        .extracting(MountEntry::target)
        .containsExactly(Path.of("/staging/a b"), Path.of("/pods/1"));
    assertThat(TABLE.at(Path.of("/staging/a b")).orElseThrow().readOnly()).isFalse();
    assertThat(TABLE.at(Path.of("/pods/1")).orElseThrow().readOnly()).isTrue();
    assertThat(TABLE.at(Path.of("/elsewhere"))).isEmpty();
  }

  @Test
  @DisplayName("of two mounts on one target the upper one counts")
  void onTop() {
    var top = TABLE.at(Path.of("/pods/2")).orElseThrow();
    assertThat(top.device()).isEqualTo(new DeviceNumber(253, 1));
    assertThat(top.readOnly()).isTrue();
    assertThat(TABLE.countAt(Path.of("/pods/2"))).isEqualTo(2);
  }

  @Test
  @DisplayName("a map's node is told from every other mount without a look at its target")
  void showsMap() {
    assertThat(TABLE.entries())
        .filteredOn(MountEntry::showsMap)
        .extracting(MountEntry::id)
        .containsExactly(92);
  }

  @Test
  @DisplayName("F25: a file system that turned read-only is told from one that was mounted so")
  void turnedReadOnly() {
    assertThat(TABLE.at(Path.of("/pods/2")).orElseThrow().turnedReadOnly()).isTrue();
    assertThat(TABLE.at(Path.of("/pods/1")).orElseThrow().turnedReadOnly()).isFalse();
    assertThat(TABLE.at(Path.of("/staging/a b")).orElseThrow().turnedReadOnly()).isFalse();
    String since615 = "90 28 253:0 / /a rw - ext4 /dev/dm-0 rw,emergency_ro";
    assertThat(MountTable.parse(since615).at(Path.of("/a")).orElseThrow().turnedReadOnly())
        .isTrue();
  }

  @Test
  @DisplayName("a device's node that was given to a container is found by its name")
  void node() {
    assertThat(TABLE.ofNode("dm-0")).extracting(MountEntry::id).containsExactly(92);
    assertThat(TABLE.ofNode("dm-1")).isEmpty();
  }

  @Test
  @DisplayName(
      "in a container that sees the host's root, a mount is there once, by the host's name")
  void inContainer() {
    var table =
        MountTable.parse(
                """
                28 1 0:90 / / ro,relatime - overlay overlay rw
                40 28 254:0 /var/lib/kubelet /var/lib/kubelet rw shared:1 - ext4 /dev/vda rw
                41 28 254:0 / /host rw master:1 - ext4 /dev/vda rw
                42 28 0:5 / /dev rw - devtmpfs udev rw
                60 40 253:0 / /var/lib/kubelet/plugins/a/globalmount rw shared:40 - ext4 /dev/dm-0 rw
                61 41 253:0 / /host/data/kubelet/plugins/a/globalmount rw master:40 - ext4 /dev/dm-0 rw
                62 40 0:5 /dm-1 /var/lib/kubelet/plugins/b/c rw shared:41 - devtmpfs udev rw
                63 41 0:5 /dm-1 /host/data/kubelet/plugins/b/c rw master:41 - devtmpfs udev rw
                64 41 253:2 / /host/mnt/by\\040hand rw master:42 - ext4 /dev/dm-2 rw
                65 41 0:5 /dm-3 /host/srv/node rw master:43 - devtmpfs udev rw
                """)
            .asOnHost(Path.of("/host"));
    assertThat(table.of(DM_0))
        .extracting(MountEntry::target)
        .containsExactly(Path.of("/var/lib/kubelet/plugins/a/globalmount"));
    assertThat(table.ofNode("dm-1"))
        .extracting(MountEntry::target)
        .containsExactly(Path.of("/var/lib/kubelet/plugins/b/c"));
    assertThat(table.of(new DeviceNumber(253, 2)))
        .extracting(MountEntry::target)
        .containsExactly(Path.of("/mnt/by hand"));
    assertThat(table.ofNode("dm-3"))
        .extracting(MountEntry::target)
        .containsExactly(Path.of("/srv/node"));
    assertThat(table.at(Path.of("/")).orElseThrow().type()).isEqualTo("overlay");
  }

  @Test
  @DisplayName(
      "rule 16: a mount point with a name that is no text, or not in this program's encoding, hides"
          + " no other mount, and is seen itself")
  void anyName(@TempDir Path folder) throws IOException {
    var file = folder.resolve("mountinfo");
    var bytes = new ByteArrayOutputStream();
    bytes.write("50 28 253:0 / /media/gr".getBytes(UTF_8));
    bytes.write(new byte[] {(byte) 0xf6, (byte) 0xdf}); // of ISO 8859-1
    bytes.write("e rw - ext4 /dev/dm-0 rw\n51 28 253:1 / /media/größe rw - ext4 ".getBytes(UTF_8));
    bytes.write("/dev/dm-1 rw\n52 28 253:2 / /media/a\rb rw - ext4 /dev/dm-2 rw\n".getBytes(UTF_8));
    bytes.write("53 28 253:3 / /staging/c rw - ext4 /dev/dm-3 rw\n".getBytes(UTF_8));
    Files.write(file, bytes.toByteArray());

    var table = MountTable.read(file);

    assertThat(table.entries()).extracting(MountEntry::id).containsExactly(50, 51, 52, 53);
    assertThat(table.of(DM_0))
        .extracting(e -> e.target().toString())
        .containsExactly("/media/gr\\xf6\\xdfe");
    assertThat(table.at(Path.of("/staging/c"))).isPresent();
    assertThat(table.of(new DeviceNumber(253, 1)).get(0).target())
        .isEqualTo(
            "UTF-8".equals(System.getProperty("sun.jnu.encoding"))
                ? Path.of("/media/größe")
                : Path.of("/media/gr\\xc3\\xb6\\xc3\\x9fe"));
  }

  @Test
  void thisMachine() {
    assertThat(MountTable.ofSelf().at(Path.of("/"))).isPresent();
  }
}
