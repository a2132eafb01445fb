package dev.braid.linux.dm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.linux.DeviceNumber;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TableOfNewMapTest {

  @Test
  @DisplayName(
      "A map that multipathd has made and not yet given its table is no map of another kind")
  void noTableYet() {
    var map =
        new DmDevice(new DeviceNumber(253, 1), "mpatha", "mpath-3600", 0, false, false, false);
    var kernel = new WithoutTable();
    assertThat(kernel.multipathTable(map)).isEmpty();
    assertThat(kernel.multipathStatus(map)).isEmpty();
  }

  private static final class WithoutTable implements DeviceMapper {
    @Override
    public List<Named> list() {
      return List.of();
    }

    @Override
    public Optional<DmDevice> byUuid(String uuid) {
      return Optional.empty();
    }

    @Override
    public Optional<DmDevice> byName(String name) {
      return Optional.empty();
    }

    @Override
    public Optional<DmDevice> byNumber(DeviceNumber number) {
      return Optional.empty();
    }

    @Override
    public Optional<List<DmTarget>> table(DmDevice map) {
      return Optional.of(List.of());
    }

    @Override
    public Optional<List<DmTarget>> status(DmDevice map) {
      return Optional.of(List.of());
    }

    @Override
    public Pinned pin(DmDevice map) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<List<DeviceNumber>> dependencies(DmDevice map) {
      return Optional.empty();
    }
  }
}
