package dev.braid.agent;

import static dev.braid.agent.World.INITIATOR1;
import static dev.braid.agent.World.TARGET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.agent.book.Volume;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoreTest {

  @TempDir Path folder;

  @Test
  @DisplayName("Rule 14: after a power cut the whole target is back, from the book alone")
  void reboot() {
    try (var world = World.started(folder)) {
      world.publish(world.create("a").serial());
      world.create("b");
      world.delete(world.create("c").serial());
      String before = world.picture();
      world.reboot();
      assertThat(world.picture()).isEqualTo(before);
    }
  }

  @Test
  @DisplayName("Rule 15: a restart where all is well changes nothing, and sessions go on")
  void restart() {
    try (var world = World.started(folder)) {
      world.publish(world.create("a").serial());
      world.login(INITIATOR1);
      String before = world.picture();
      world.killer.rest();
      world.restart();
      assertThat(world.killer.names()).isEmpty();
      assertThat(world.picture()).isEqualTo(before);
      assertThat(world.lio.session(INITIATOR1, TARGET, 1)).contains(1L);
    }
  }

  @Test
  @DisplayName("Rule 6: a portal group opens when everything that an initiator looks for is there")
  void enabledLast() {
    try (var world = World.started(folder)) {
      world.publish(world.create("a").serial());
      world.stop();
      world.lio.reboot();
      world.loops.reboot();
      world.killer.rest();
      world.restart();
      var names = world.killer.names();
      assertThat(names.subList(names.size() - 2, names.size())).containsOnly("enable portal group");
      assertThat(names.indexOf("make ACL")).isLessThan(names.indexOf("enable portal group"));
    }
  }

  @Test
  @DisplayName("Rule 16: a target of that name that this pool did not make is left alone")
  void foreignTarget() {
    try (var world = new World(folder)) {
      Steps.unobserved()
          .run(
              "foreign",
              step -> {
                world.lio.mkdir(step, "iscsi");
                world.lio.mkdir(step, "iscsi/" + TARGET);
              });
      String before = world.lio.picture();
      assertThatThrownBy(world::restart)
          .isInstanceOf(Refused.class)
          .hasMessageContaining(TARGET.name());
      assertThat(world.lio.picture()).isEqualTo(before);
    }
  }

  @Test
  @DisplayName("Rule 16: other people's backstores, targets and files are as they were")
  void foreignObjects() throws IOException {
    try (var world = World.started(folder)) {
      Steps.unobserved()
          .run(
              "foreign",
              step -> {
                world.lio.mkdir(step, "core/iblock_1");
                world.lio.mkdir(step, "core/iblock_1/disk");
                world.lio.mkdir(step, "core/iblock_2");
                world.lio.mkdir(step, "iscsi/iqn.2026-01.org.other:disk");
                world.lio.mkdir(step, "iscsi/iqn.2026-01.org.other:disk/tpgt_1");
              });
      Files.writeString(world.folder.resolve("notes.txt"), "mine");
      String before = world.picture();
      Volume volume = world.create("a");
      world.publish(volume.serial());
      world.restart();
      world.unpublish(volume.serial());
      world.agent().attest().attest(volume.serial(), World.NODE1, new dev.braid.base.Generation(1));
      world.delete(volume.serial());
      assertThat(world.picture()).isEqualTo(before);
    }
  }

  @Test
  @DisplayName(
      "Rule 14: a volume whose file is missing is left out; the others are served, and its ACL")
  void missingImage() throws IOException {
    try (var world = World.started(folder)) {
      Volume lost = world.create("lost");
      Volume well = world.create("well");
      world.publish(lost.serial());
      Files.delete(world.folder.resolve(lost.serial() + ".img"));
      world.reboot();
      assertThat(world.lio.picture())
          .contains("lun_" + well.lun() + "/backstore")
          .doesNotContain("lun_" + lost.lun() + "/backstore")
          .contains("/acls/" + INITIATOR1 + "/");
      assertThat(world.book().volumes()).contains(lost);
      assertThat(world.folder.resolve(lost.serial() + ".img")).doesNotExist();
    }
  }

  @Test
  @DisplayName("Rule 2: links made out of order by somebody are mended while nobody has the volume")
  void portIds() {
    try (var world = World.started(folder)) {
      Volume volume = world.create("a");
      String before = world.picture();
      Steps.unobserved()
          .run(
              "meddle",
              step ->
                  world.lio.unlink(
                      step, "iscsi/" + TARGET + "/tpgt_1/lun/lun_" + volume.lun() + "/backstore"));
      world.restart();
      assertThat(world.picture()).isEqualTo(before);
    }
  }
}
