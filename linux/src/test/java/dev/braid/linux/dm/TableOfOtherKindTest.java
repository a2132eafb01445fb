package dev.braid.linux.dm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.linux.DeviceNumber;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TableOfOtherKindTest {

  private static final DmDevice MAP =
      new DmDevice(new DeviceNumber(253, 1), "mpatha", "mpath-3600", 0, false, false, false);

  @Test
  @DisplayName(
      "A map that multipathd has made and not yet given its table is no map of another kind")
  void noTableYet() {
    var kernel = new WithTable(List.of());
    assertThat(kernel.multipathTable(MAP)).isEmpty();
    assertThat(kernel.multipathStatus(MAP)).isEmpty();
    assertThat(new DeviceMapper.Loaded(MAP, List.of()).replaced()).isFalse();
  }

  @Test
  @DisplayName("F27: a map that was wiped has no paths, and none of what looks at it fails")
  void wiped() {
    var wiped = List.of(new DmTarget(0, 65536, "error", ""));
    var kernel = new WithTable(wiped);
    assertThat(kernel.multipathTable(MAP)).contains(new MultipathTable(List.of(), List.of()));
    assertThat(kernel.multipathStatus(MAP)).contains(new MultipathStatus(Map.of()));
    assertThat(new DeviceMapper.Loaded(MAP, wiped).replaced()).isTrue();
  }

  private record WithTable(List<DmTarget> lines) implements DeviceMapper {
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
      return Optional.of(lines);
    }

    @Override
    public Optional<List<DmTarget>> status(DmDevice map) {
      return Optional.of(lines);
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
