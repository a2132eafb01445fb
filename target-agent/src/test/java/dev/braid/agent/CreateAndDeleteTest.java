package dev.braid.agent;

import static dev.braid.agent.World.MIB;
import static dev.braid.agent.World.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.agent.book.Volume;
import dev.braid.base.Serial;
import dev.braid.base.error.AlreadyExists;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.OutOfRange;
import dev.braid.base.error.OutOfSpace;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CreateAndDeleteTest {

  @TempDir Path folder;
  private World world;

  @BeforeEach
  void start() {
    world = World.started(folder);
  }

  @AfterEach
  void end() {
    world.close();
  }

  @Test
  @DisplayName(
      "Rules 1, 2, 5: a new volume has its serial, product, number and port ids everywhere")
  void create() throws IOException {
    Volume volume = world.create("pvc-1");
    String store = world.backstore(volume);
    String target = "iscsi/" + World.TARGET;
    assertThat(world.lio.picture())
        .contains(store + "/wwn/vpd_unit_serial = T10 VPD Unit Serial Number: " + volume.serial())
        .contains(store + "/wwn/product_id = Braid")
        .contains(store + "/attrib/emulate_tpu = 1")
        .contains("core/iblock_1/")
        .contains(target + "/tpgt_1/lun/lun_1/statistics/scsi_port/indx = 1")
        .contains(target + "/tpgt_2/lun/lun_1/statistics/scsi_port/indx = 2")
        .doesNotContain("/acls/iqn");
    Path image = world.folder.resolve(volume.serial() + ".img");
    assertThat(Files.size(image)).isEqualTo(8 * MIB);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(image)))
        .isEqualTo("rw-------");
  }

  @Test
  @DisplayName("F1, F2: the same name again is the same volume, another size is a contradiction")
  void again() {
    Volume volume = world.create("pvc-1");
    String before = world.picture();
    assertThat(world.create("pvc-1")).isEqualTo(volume);
    assertThat(world.agent().createVolume().create("pvc-1", 0, 0, soon())).isEqualTo(volume);
    assertThatThrownBy(() -> world.agent().createVolume().create("pvc-1", 9 * MIB, 0, soon()))
        .isInstanceOf(AlreadyExists.class)
        .hasMessageContaining("pvc-1");
    assertThat(world.picture()).isEqualTo(before);
  }

  @Test
  @DisplayName("F2: a name that is empty, over 128 bytes, or no text is refused")
  void names() {
    for (String name : new String[] {"", "x".repeat(129), "ü".repeat(65), "a\nb"}) {
      assertThatThrownBy(() -> world.create(name)).isInstanceOf(InvalidInput.class);
    }
    assertThat(world.create("ü".repeat(64)).name()).hasSize(64);
  }

  @Test
  @DisplayName("F2: more than the pool could ever hold, and more than it has left, are told apart")
  void noRoom() throws IOException {
    long total = Files.getFileStore(folder).getTotalSpace();
    assertThatThrownBy(() -> world.agent().createVolume().create("a", 2 * total, 0, soon()))
        .isInstanceOf(OutOfRange.class);
    long most = Files.getFileStore(folder).getUsableSpace() * 6 / 10;
    world.agent().createVolume().create("half", most, 0, soon());
    String before = world.picture();
    assertThatThrownBy(() -> world.agent().createVolume().create("b", most, 0, soon()))
        .as("room that was promised and is not filled yet is taken all the same")
        .isInstanceOf(OutOfSpace.class);
    assertThat(world.picture()).isEqualTo(before);
  }

  @Test
  @DisplayName("A create that the kernel refuses leaves nothing, since nobody would delete it")
  void undone() {
    String before = world.picture();
    for (String call :
        new String[] {
          "mkdir core/iblock_\\d+",
          "write .*/enable",
          "mkdir .*/tpgt_2/lun/.*",
          "symlink .*tpgt_2.*"
        }) {
      world.lio.refuse(call);
      assertThatThrownBy(() -> world.create("a")).as(call).isInstanceOf(KernelRefused.class);
      assertThat(world.picture()).as(call).isEqualTo(before);
    }
    world.lio.refuse("none");
    assertThat(world.create("a").name()).isEqualTo("a");
  }

  @Test
  @DisplayName(
      "Rules 2, 16: where somebody has the iblock_N of the LUN's number, another N is taken")
  void foreignHba() {
    Steps.unobserved()
        .run(
            "foreign",
            step -> {
              world.lio.mkdir(step, "core/iblock_1");
              world.lio.mkdir(step, "core/iblock_1/disk");
            });
    Volume volume = world.create("a");
    assertThat(volume.hba()).isGreaterThan(1);
    assertThat(volume.lun().value()).isEqualTo(1);
    world.delete(volume.serial());
    assertThat(world.lio.folders("core/iblock_1")).containsExactly("disk");
  }

  @Test
  @DisplayName("F1: delete takes everything along, and a second time is a success")
  void delete() {
    String before = world.picture();
    Volume volume = world.create("pvc-1");
    world.delete(volume.serial());
    world.delete(volume.serial());
    assertThat(world.picture()).isEqualTo(before);
    world.delete(Serial.random(new Random(3)));
  }

  @Test
  @DisplayName("F2: a published volume is not deleted, and the node is named")
  void deletePublished() {
    Volume volume = world.create("pvc-1");
    world.publish(volume.serial());
    String before = world.picture();
    assertThatThrownBy(() -> world.delete(volume.serial()))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("node1");
    assertThat(world.picture()).isEqualTo(before);
  }

  @Test
  @DisplayName("Rule 16: a person's own loop device over an image is neither used nor detached")
  void foreignLoop() {
    Volume volume = world.create("pvc-1");
    Path image = world.folder.resolve(volume.serial() + ".img");
    world.loops.foreign(7, image);
    world.reboot();
    world.loops.foreign(7, image);
    world.restart();
    world.delete(volume.serial());
    assertThat(world.loops.reader().all()).extracting(l -> l.number()).containsExactly(7);
  }
}
