package dev.braid.linux.sysfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.LunNumber;
import dev.braid.base.Serial;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Steps;
import dev.braid.linux.sysfs.change.ScsiBus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScsiDevicesTest {

  private static final Serial SERIAL = new Serial("0123456789abcdef012345678");
  private static final Hctl ADDRESS = new Hctl(2, 0, 0, 300);

  @TempDir Path sys;

  @BeforeEach
  void aDisk() throws IOException {
    Path real = sys.resolve("devices/platform/host2/session1/target2:0:0/2:0:0:300");
    Files.createDirectories(real.resolve("block/sdb"));
    Files.createDirectories(real.resolve("scsi_generic/sg1"));
    Files.createDirectories(sys.resolve("bus/scsi/devices"));
    Files.createDirectories(sys.resolve("class/block"));
    Files.createDirectories(sys.resolve("class/scsi_host/host2"));
    Files.writeString(real.resolve("vendor"), "LIO-ORG \n");
    Files.writeString(real.resolve("model"), "Braid           \n");
    Files.writeString(real.resolve("state"), "running\n");
    Files.writeString(real.resolve("delete"), "");
    Files.writeString(real.resolve("block/sdb/size"), "2048\n");
    Files.write(real.resolve("vpd_pg83"), page83(SERIAL.wwid().naa()));
    Files.writeString(sys.resolve("class/scsi_host/host2/scan"), "");
    Files.createSymbolicLink(sys.resolve("bus/scsi/devices/2:0:0:300"), real);
    Files.createDirectories(sys.resolve("bus/scsi/devices/host2"));
    Files.createSymbolicLink(real.resolve("block/sdb/device"), real);
    Files.createSymbolicLink(sys.resolve("class/block/sdb"), real.resolve("block/sdb"));
  }

  @Test
  @DisplayName("a device is read with its names, size and the WWID that the kernel kept")
  void reads() {
    var devices = new ScsiDevices(sys);

    assertThat(devices.addresses()).containsExactly(ADDRESS);
    assertThat(devices.at(ADDRESS))
        .contains(
            new ScsiDevice(
                ADDRESS,
                "LIO-ORG",
                "Braid",
                "running",
                Optional.of("sdb"),
                Optional.of("sg1"),
                1 << 20,
                Optional.of(SERIAL.wwid().text())));
    assertThat(devices.ofBlock("sdb")).map(ScsiDevice::address).contains(ADDRESS);
  }

  @Test
  @DisplayName("rule 9: devices that cannot be listed are not taken for none")
  void unlisted() throws IOException {
    Files.delete(sys.resolve("bus/scsi/devices/2:0:0:300"));
    Files.delete(sys.resolve("bus/scsi/devices/host2"));
    Files.delete(sys.resolve("bus/scsi/devices"));
    assertThat(new ScsiDevices(sys).addresses()).as("no such module").isEmpty();

    Files.writeString(sys.resolve("bus/scsi/devices"), "");
    assertThatThrownBy(() -> new ScsiDevices(sys).addresses()).isInstanceOf(KernelRefused.class);
  }

  @Test
  @DisplayName("what vanishes while it is read is not there")
  void vanishes() throws IOException {
    Files.delete(sys.resolve("bus/scsi/devices/2:0:0:300"));

    var devices = new ScsiDevices(sys);

    assertThat(devices.at(ADDRESS)).isEmpty();
    assertThat(devices.find(a -> true)).isEmpty();
  }

  @Test
  @DisplayName("rule 10: a scan names one channel, one target, one LUN")
  void scansOneAddress() throws IOException {
    Steps.unobserved()
        .run("scan", step -> new ScsiBus(sys).scan(step, 2, 0, 0, new LunNumber(300)));

    assertThat(Files.readString(sys.resolve("class/scsi_host/host2/scan"))).isEqualTo("0 0 300");
  }

  @Test
  @DisplayName("a scan on a host that is gone is refused; a delete of what is gone is done")
  void gone() throws IOException {
    var bus = new ScsiBus(sys);
    var steps = Steps.unobserved();

    assertThatThrownBy(() -> steps.run("scan", s -> bus.scan(s, 9, 0, 0, new LunNumber(1))))
        .isInstanceOf(KernelRefused.class);
    steps.run("delete", s -> bus.delete(s, new Hctl(9, 0, 0, 1)));
    steps.run("delete", s -> bus.delete(s, ADDRESS));
    assertThat(Files.readString(sys.resolve("bus/scsi/devices/2:0:0:300/delete"))).isEqualTo("1");
  }

  private static byte[] page83(String naa) {
    return HexFormat.of().parseHex("00830014" + "01030010" + naa);
  }
}
