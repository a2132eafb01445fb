package dev.braid.node;

import static dev.braid.node.FakeHost.MAP;
import static dev.braid.node.FakeHost.VOLUME;
import static dev.braid.node.FakeHost.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.error.AlreadyExists;
import dev.braid.base.error.Busy;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.Refused;
import dev.braid.linux.DeviceNumber;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The node's calls while the kernel waits for a device, until the test lets it answer. */
@Timeout(30)
class DeadDeviceTest {

  private static final VolumeUse EXT4 = new VolumeUse.Ext4(Set.of(), List.of());
  private static final VolumeUse BLOCK = new VolumeUse.Block();

  @TempDir Path folder;
  private final CountDownLatch answers = new CountDownLatch(1);
  private FakeHost host;

  @BeforeEach
  void host() {
    host = new FakeHost(folder);
  }

  @AfterEach
  void end() {
    answers.countDown();
  }

  @Test
  @DisplayName("a mount that hangs is left in time; the same stage again is refused at once")
  void mountHangs() {
    host.beforeMount = this::hang;
    leaveMount();
    assertThatThrownBy(() -> stage(EXT4, late()))
        .isInstanceOf(Busy.class)
        .hasMessageContaining("mounting the map mpatha");
  }

  @Test
  @DisplayName("rule 9: as long as a mount hangs its map cannot go, and its number be another's")
  void unstageWhileMountHangs() {
    host.beforeMount = this::hang;
    leaveMount();
    assertThatThrownBy(() -> unstage(late())).isInstanceOf(DeviceInUse.class);
    assertThat(host.mapped).isTrue();
    assertThat(host.attested).isEmpty();
  }

  @Test
  @DisplayName("rule 15: a mount that ends well late is found by the same stage again")
  void stageAfterLateMount() {
    host.beforeMount = this::hang;
    leaveMount();
    answer();
    stage(EXT4, late());
    assertThat(host.mounts).hasSize(1);
    unstage(late());
    assertNothingLeft();
  }

  @Test
  @DisplayName("rule 15: a mount that ends well late is found and taken off by an unstage")
  void unstageAfterLateMount() {
    host.beforeMount = this::hang;
    leaveMount();
    answer();
    unstage(late());
    assertThat(host.journal).contains("unmount staging");
    assertNothingLeft();
  }

  @Test
  @DisplayName(
      "a device that does not answer when it is looked at is neither formatted nor mounted")
  void lookHangs() {
    host.beforeSize = this::hang;
    assertThatThrownBy(() -> stage(EXT4, soon())).isInstanceOf(DeadlinePassed.class);
    answer();
    assertThat(host.journal).containsExactly("attach with a record");
    stage(EXT4, late());
    unstage(late());
    assertNothingLeft();
  }

  @Test
  @DisplayName(
      "rule 7: what fails for good at a later try is off again too: nobody will unstage it")
  void failsForGoodLater() {
    host.beforeSize = this::hang;
    assertThatThrownBy(() -> stage(EXT4, soon())).isInstanceOf(DeadlinePassed.class);
    answer();
    host.bytes[host.bytes.length - 5000] = 1;
    assertThatThrownBy(() -> stage(EXT4, late())).isInstanceOf(Refused.class);
    assertThat(host.mapped).isFalse();
    assertThat(host.attested).hasSize(1);
  }

  @Test
  @DisplayName("statistics of a device that does not answer fail in time, and again at once")
  void statisticsHang() {
    stage(BLOCK, late());
    host.plugin()
        .publish()
        .publish(
            new PublishVolume.Wanted(VOLUME, host.staging(), host.target(), BLOCK, false), late());
    host.beforeSize = this::hang;
    var watch = host.plugin().watch();
    assertThatThrownBy(() -> watch.filling(VOLUME, host.target(), soon()))
        .isInstanceOf(DeadlinePassed.class);
    assertThatThrownBy(() -> watch.filling(VOLUME, host.target(), late()))
        .isInstanceOf(Busy.class)
        .hasMessageContaining("the map mpatha");
    assertThat(watch.problems(VOLUME)).as("its health is told all the same").isEmpty();
    answer();
    assertThat(watch.filling(VOLUME, host.target(), late()).deviceBytes()).isPositive();
  }

  @Test
  @DisplayName("rule 16: what others have mounted is not looked into: it may be on a dead server")
  void othersMount() {
    stage(BLOCK, late());
    host.addMount(new DeviceNumber(0, 51), "/", host.target(), "nfs4", "rw");
    host.beforeNumber =
        () -> {
          throw new AssertionError("a look at it may hang");
        };
    var wanted = new PublishVolume.Wanted(VOLUME, host.staging(), host.target(), BLOCK, false);
    assertThatThrownBy(() -> host.plugin().publish().publish(wanted, late()))
        .isInstanceOf(AlreadyExists.class);
    assertThatThrownBy(() -> host.plugin().unpublish().unpublish(VOLUME, host.target(), late()))
        .hasMessageContaining("left there");
    assertThatThrownBy(() -> host.plugin().watch().filling(VOLUME, host.target(), late()))
        .hasMessageContaining("is not at");
  }

  private void leaveMount() {
    assertThatThrownBy(() -> stage(EXT4, soon()))
        .isInstanceOf(DeadlinePassed.class)
        .hasMessageContaining("mounting the map mpatha");
    assertThat(host.mounts).isEmpty();
  }

  private void stage(VolumeUse use, Deadline deadline) {
    host.plugin()
        .stage()
        .stage(new StageVolume.Wanted(VOLUME, context(1), host.staging(), use), deadline);
  }

  private void unstage(Deadline deadline) {
    host.plugin().unstage().unstage(VOLUME, host.staging(), deadline);
  }

  private void answer() {
    answers.countDown();
    while (!host.waits.on(MAP.describe()).isEmpty()) {
      Thread.onSpinWait();
    }
  }

  private void hang() {
    try {
      answers.await();
    } catch (InterruptedException e) {
      throw new AssertionError("the kernel heeds no interrupt, so nobody may send one", e);
    }
  }

  private void assertNothingLeft() {
    assertThat(host.opened).as("held open by us").isZero();
    assertThat(host.mounts).isEmpty();
    assertThat(host.mapped).isFalse();
    assertThat(host.folder.resolve("state").toFile().list()).isEmpty();
  }

  /** Enough for all that a stage does besides, with other modules' tests beside it. */
  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(5));
  }

  private static Deadline late() {
    return Deadline.after(Duration.ofSeconds(20));
  }
}
