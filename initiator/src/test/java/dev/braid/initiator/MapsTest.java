package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.Serial;
import dev.braid.base.Wwid;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Step;
import dev.braid.base.step.Steps;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.dm.DmTarget;
import dev.braid.linux.dm.change.DeviceMapperChange;
import dev.braid.linux.multipath.MultipathdSocket;
import dev.braid.linux.multipath.change.Multipathd;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.uevent.UdevDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a kernel that is made up, and with a multipathd that does not run. */
class MapsTest {

  private static final Wwid LUN = new Serial("0123456789abcdef012345678").wwid();
  private static final DmDevice MAP =
      new DmDevice(new DeviceNumber(253, 7), "mpatha", "mpath-" + LUN, 1, false, false, true);

  @TempDir Path folder;
  private final FakeKernel kernel = new FakeKernel();

  @Test
  @DisplayName("F25: queueing is stopped in the kernel where multipathd does not do it")
  void stopsWithoutMultipathd() {
    maps().stopQueueing(LUN, deadline());
    assertThat(kernel.messages).containsExactly("fail_if_no_path");
    maps().stopQueueing(LUN, deadline());
    assertThat(kernel.messages).as("it is so already").hasSize(1);
  }

  @Test
  @DisplayName("F25, rule 9: that queueing is stopped is read back")
  void readsBack() {
    kernel.isDeaf = true;
    assertThatThrownBy(() -> maps().stopQueueing(LUN, deadline()))
        .isInstanceOf(KernelRefused.class)
        .hasMessageContaining("mpatha");
  }

  @Test
  @DisplayName("F25: without a map there is nothing to stop")
  void noMap() {
    kernel.isThere = false;
    maps().stopQueueing(LUN, deadline());
    assertThat(kernel.messages).isEmpty();
  }

  @Test
  @DisplayName("F25: the paths that device-mapper uses are those it has not failed")
  void used() {
    assertThat(maps().used(LUN)).containsExactly(new DeviceNumber(8, 16));
    kernel.isThere = false;
    assertThat(maps().used(LUN)).isEmpty();
  }

  private Maps maps() {
    var nobody = new MultipathdSocket(folder.resolve("none"), "/braid-test/" + folder);
    return new Maps(
        kernel,
        kernel,
        new Multipathd(nobody),
        new BlockTree(folder),
        new UdevDatabase(folder),
        (device, deadline) -> List.of(),
        Steps.unobserved());
  }

  private static Deadline deadline() {
    return Deadline.after(Duration.ofSeconds(10));
  }

  private static final class FakeKernel implements DeviceMapper, DeviceMapperChange {

    final List<String> messages = new ArrayList<>();
    boolean isThere = true;
    boolean isDeaf;
    private boolean isQueueing = true;

    @Override
    public Optional<DmDevice> byUuid(String uuid) {
      return Optional.of(MAP).filter(m -> isThere && m.uuid().equals(uuid));
    }

    @Override
    public Optional<List<DmTarget>> table(DmDevice map) {
      return Optional.of(
          List.of(
              new DmTarget(
                  0,
                  2048,
                  "multipath",
                  (isQueueing ? "1 queue_if_no_path" : "0")
                      + " 0 1 1 service-time 0 2 2 8:16 1 1 8:32 1 1")));
    }

    @Override
    public Optional<List<DmTarget>> status(DmDevice map) {
      return Optional.of(
          List.of(
              new DmTarget(0, 2048, "multipath", "2 0 0 0 1 1 A 0 2 2 8:16 A 0 0 1 8:32 F 1 0 1")));
    }

    @Override
    public void message(Step step, DmDevice map, String message) {
      messages.add(message);
      isQueueing = isDeaf;
    }

    @Override
    public List<Named> list() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<DmDevice> byName(String name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<DmDevice> byNumber(DeviceNumber number) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<List<DeviceNumber>> dependencies(DmDevice map) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void resume(Step step, DmDevice map) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void remove(Step step, DmDevice map) {
      throw new UnsupportedOperationException();
    }
  }
}
