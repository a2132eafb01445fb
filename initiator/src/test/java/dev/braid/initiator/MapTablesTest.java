package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Serial;
import dev.braid.base.Wwid;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.dm.DmTarget;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MapTablesTest {

  private static final Wwid LUN = new Serial("0123456789abcdef012345678").wwid();
  private static final DmDevice MAP =
      new DmDevice(new DeviceNumber(253, 7), "mpatha", "mpath-" + LUN, 1, false, false, true);

  private boolean queues;
  private boolean pathWorks = true;
  private final MapTables tables = new MapTables(() -> List.of(LUN), new OneMap());

  @Test
  @DisplayName("a map that would fail its I/O at once is named, with the command that mends it")
  void unsafe() {
    tables.look();
    assertThat(tables.found()).as("a detach does so for a moment").isEmpty();
    tables.look();
    assertThat(tables.found())
        .singleElement()
        .asString()
        .contains("mpatha", "multipathd restorequeueing map mpatha");
    queues = true;
    tables.look();
    assertThat(tables.found()).isEmpty();
  }

  @Test
  @DisplayName("a map without a path may have been told to fail what waits: that is no fault")
  void withoutPath() {
    pathWorks = false;
    tables.look();
    tables.look();
    assertThat(tables.found()).isEmpty();
  }

  private final class OneMap extends UnaskedDeviceMapper {

    @Override
    public List<Named> list() {
      return List.of(new Named(MAP.number(), MAP.name()));
    }

    @Override
    public Optional<DmDevice> byUuid(String uuid) {
      return uuid.equals(MAP.uuid()) ? Optional.of(MAP) : Optional.empty();
    }

    @Override
    public Optional<DmDevice> byName(String name) {
      return Optional.of(MAP);
    }

    @Override
    public Optional<DmDevice> byNumber(DeviceNumber number) {
      return Optional.of(MAP);
    }

    @Override
    public Optional<List<DmTarget>> table(DmDevice map) {
      return line(
          (queues ? "1 queue_if_no_path" : "0") + " 1 alua 1 1 service-time 0 1 2 8:16 1 1");
    }

    @Override
    public Optional<List<DmTarget>> status(DmDevice map) {
      return line("2 0 0 0 1 1 A 0 1 2 8:16 " + (pathWorks ? "A" : "F") + " 0 0 1");
    }

    private static Optional<List<DmTarget>> line(String text) {
      return Optional.of(List.of(new DmTarget(0, 2048, "multipath", text)));
    }
  }
}
