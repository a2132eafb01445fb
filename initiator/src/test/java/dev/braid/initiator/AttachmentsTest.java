package dev.braid.initiator;

import static java.util.Objects.requireNonNull;
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
import dev.braid.linux.sysfs.ScsiDevices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host with one session, in a folder that stands for {@code /sys}. */
class AttachmentsTest {

  private static final Iqn TARGET = new Iqn("iqn.2026-11.dev.braid.lab:pool-lab");
  private static final Portal PORTAL = Portal.parse("192.0.2.1:3260,1");
  private static final Wwid WWID = new Serial("7777777777777777777777777").wwid();

  @TempDir Path folder;
  private Path sys;
  private OwnPortals own;
  private KnownLuns known;
  private boolean mapped;

  @BeforeEach
  void session() throws IOException {
    sys = folder.resolve("sys");
    own = new OwnPortals(folder.resolve("targets"));
    known = new KnownLuns(folder.resolve("luns"));
    Path real = sys.resolve("devices/platform/host2/session1/iscsi_session/session1");
    write(real.resolve("targetname"), TARGET + "\n");
    write(real.resolve("tpgt"), "1\n");
    Path connection = sys.resolve("class/iscsi_connection/connection1:0");
    write(connection.resolve("persistent_address"), "192.0.2.1\n");
    write(connection.resolve("persistent_port"), "3260\n");
    Files.createDirectories(sys.resolve("class/iscsi_session"));
    Files.createSymbolicLink(sys.resolve("class/iscsi_session/session1"), real);
  }

  @Test
  @DisplayName("rule 16: sessions and LUNs of others are not Braid's, also where they are LIO's")
  void foreign() throws IOException {
    device("2:0:0:5", "disk5");
    assertThat(attachments().all()).isEmpty();
  }

  @Test
  @DisplayName("every map, path and session of Braid's is named")
  void ours() throws IOException {
    device("2:0:0:7", "Braid");
    mapped = true;
    var steps = Steps.unobserved();
    steps.run("note", step -> own.add(step, TARGET, PORTAL));
    var lun = new Lun(TARGET, List.of(PORTAL), new LunNumber(7), WWID);
    steps.run("note", step -> known.note(step, lun));

    assertThat(attachments().all())
        .containsExactly(
            "map " + WWID, "path 2:0:0:7", "session 1 (" + TARGET + " at 192.0.2.1:3260,1)");
  }

  private Attachments attachments() {
    return new Attachments(
        new MaybeOneMap(), new ScsiDevices(sys), new IscsiSessions(sys), own, known);
  }

  private void device(String address, String model) throws IOException {
    Path device = sys.resolve("bus/scsi/devices").resolve(address);
    write(device.resolve("vendor"), "LIO-ORG \n");
    write(device.resolve("model"), model + "           \n");
    write(device.resolve("state"), "running\n");
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(requireNonNull(file.getParent()));
    Files.writeString(file, text);
  }

  private final class MaybeOneMap extends UnaskedDeviceMapper {

    @Override
    public Optional<DmDevice> byUuid(String uuid) {
      return mapped
          ? Optional.of(
              new DmDevice(DeviceNumber.parse("253:3"), "mpatha", uuid, 0, false, false, true))
          : Optional.empty();
    }
  }
}
