package dev.braid.initiator;

import dev.braid.base.Wwid;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.dm.MultipathStatus;
import dev.braid.linux.dm.MultipathTable;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Whether the maps that are there do what the settings say: one that was made under others, or that
 * somebody told otherwise, goes on as it was told. A map that does not queue while a path works
 * fails its I/O in the moment that the last path goes, where it should wait out a failover.
 *
 * <p>A detach turns queueing off for a moment too, so it counts only if two looks have seen it.
 */
final class MapTables implements Doubt {

  private final Supplier<List<Wwid>> attached;
  private final DeviceMapper dm;
  private Set<String> before = Set.of();
  private volatile List<String> unsafe = List.of();

  MapTables(Supplier<List<Wwid>> attached, DeviceMapper dm) {
    this.attached = attached;
    this.dm = dm;
  }

  @Override
  public void look() {
    var now = new TreeSet<String>();
    for (Wwid wwid : attached.get()) {
      dm.multipath(wwid).filter(this::failsAtOnce).map(DmDevice::name).ifPresent(now::add);
    }
    unsafe = now.stream().filter(before::contains).map(MapTables::said).toList();
    before = now;
  }

  private boolean failsAtOnce(DmDevice map) {
    Optional<MultipathTable> table = dm.multipathTable(map);
    Optional<MultipathStatus> status = dm.multipathStatus(map);
    return table.isPresent()
        && !table.get().queueing()
        && status.filter(s -> s.activePaths() > 0).isPresent();
  }

  private static String said(String map) {
    return "the map "
        + map
        + " does not queue: without a path its I/O fails at once, instead of waiting for a head to"
        + " come back. Look who set no_path_retry (multipathd show config), then run: multipathd"
        + " restorequeueing map "
        + map;
  }

  @Override
  public List<String> found() {
    return unsafe;
  }
}
