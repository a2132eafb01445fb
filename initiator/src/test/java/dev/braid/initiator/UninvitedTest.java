package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Iqn;
import dev.braid.base.LunNumber;
import dev.braid.base.Portal;
import dev.braid.base.Serial;
import dev.braid.base.Wwid;
import dev.braid.base.step.Steps;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.sysfs.ScsiDevices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two LUNs of one target, 7 and 8, in a folder that stands for {@code /sys}. */
class UninvitedTest {

  private static final Iqn TARGET = new Iqn("iqn.2026-11.dev.braid.lab:pool-lab");
  private static final Wwid SEVEN = new Serial("7777777777777777777777777").wwid();
  private static final Wwid EIGHT = new Serial("8888888888888888888888888").wwid();

  @TempDir Path folder;
  private Path sys;
  private KnownLuns known;
  private Uninvited uninvited;
  private boolean mapIsOpen;

  @BeforeEach
  void host() throws IOException {
    sys = folder.resolve("sys");
    known = new KnownLuns(folder.resolve("luns"));
    uninvited =
        new Uninvited(
            new ScsiDevices(sys), new IscsiSessions(sys), new BlockTree(sys), new OneMap(), known);
    session();
    device(7, "Braid", SEVEN);
    device(8, "Braid", EIGHT);
    device(9, "TCMU device", EIGHT);
  }

  @Test
  @DisplayName("rule 10: a device that no attach asked for is counted until one does, or it goes")
  void counted() throws IOException {
    note(7, SEVEN);
    uninvited.look();
    assertThat(uninvited.count()).isEqualTo(1);

    note(8, EIGHT);
    uninvited.look();
    assertThat(uninvited.count()).as("once it was asked for").isZero();

    Steps.unobserved().run("forget", step -> known.forget(step, EIGHT));
    uninvited.look();
    assertThat(uninvited.count()).as("once it was detached and stayed").isEqualTo(1);

    Files.delete(sys.resolve("bus/scsi/devices/2:0:0:8"));
    uninvited.look();
    assertThat(uninvited.count()).as("once it is gone").isZero();
  }

  @Test
  @DisplayName("rule 4: where the notes were lost, what is in use is not said to be uninvited")
  void notesLost() throws IOException {
    uninvited.look();
    assertThat(uninvited.count()).isEqualTo(2);

    Path holders = Files.createDirectories(sys.resolve("class/block/sd8/holders"));
    Files.createDirectories(holders.resolve("dm-3"));
    Path map = Files.createDirectories(sys.resolve("class/block/dm-3"));
    Files.writeString(map.resolve("dev"), "253:3\n");
    uninvited.look();
    assertThat(uninvited.count()).as("multipath made a map of it, and nobody uses it").isEqualTo(2);

    mapIsOpen = true;
    uninvited.look();
    assertThat(uninvited.count()).isEqualTo(1);
  }

  private void note(int number, Wwid wwid) {
    var lun =
        new Lun(TARGET, List.of(Portal.parse("10.77.1.11:3260,1")), new LunNumber(number), wwid);
    Steps.unobserved().run("note", step -> known.note(step, lun));
  }

  private void session() throws IOException {
    Path real = sys.resolve("devices/platform/host2/session1/iscsi_session/session1");
    Files.createDirectories(real);
    Files.writeString(real.resolve("targetname"), TARGET + "\n");
    Files.writeString(real.resolve("state"), "LOGGED_IN\n");
    Files.createDirectories(sys.resolve("class/iscsi_session"));
    Files.createSymbolicLink(sys.resolve("class/iscsi_session/session1"), real);
  }

  private void device(int lun, String model, Wwid wwid) throws IOException {
    Path device = sys.resolve("devices/lun" + lun);
    Files.createDirectories(device.resolve("block/sd" + lun));
    Files.writeString(device.resolve("vendor"), "LIO-ORG \n");
    Files.writeString(device.resolve("model"), model + "\n");
    Files.writeString(device.resolve("state"), "running\n");
    Files.write(
        device.resolve("vpd_pg83"), HexFormat.of().parseHex("00830014" + "01030010" + wwid.naa()));
    Files.createDirectories(sys.resolve("bus/scsi/devices"));
    Files.createSymbolicLink(sys.resolve("bus/scsi/devices/2:0:0:" + lun), device);
  }

  /** One map, which somebody has open or nobody. */
  private final class OneMap extends UnaskedDeviceMapper {

    @Override
    public Optional<DmDevice> byNumber(DeviceNumber number) {
      return Optional.of(
          new DmDevice(number, "mpatha", "mpath-" + EIGHT, mapIsOpen ? 1 : 0, false, false, true));
    }
  }
}
