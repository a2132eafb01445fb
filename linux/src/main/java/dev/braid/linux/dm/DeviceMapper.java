package dev.braid.linux.dm;

import dev.braid.base.Wwid;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.DeviceNumber;
import java.util.List;
import java.util.Optional;

/**
 * What device-mapper knows. Every answer is of now, and empty where the map is not there: it may
 * have gone since it was last seen. The questions wait for no device: what device-mapper locks to
 * answer them, it lets go of before it waits for one. Only {@link #pin} may.
 */
public interface DeviceMapper {

  /** The machine's own. Needs root. */
  static DeviceMapper ofKernel() {
    return new KernelDeviceMapper();
  }

  /** Every map's number and name, in no order. */
  List<Named> list();

  /** A map's number and name. */
  record Named(DeviceNumber number, String name) {}

  Optional<DmDevice> byUuid(String uuid);

  /** A map with its table in force: none while it has none. */
  record Loaded(DmDevice map, List<DmTarget> table) {

    /** Nothing while there is no table; one without paths where somebody put another there. */
    public Optional<MultipathTable> multipath() {
      return table.isEmpty()
          ? Optional.empty()
          : Optional.of(only(table).map(MultipathTable::parse).orElse(MultipathTable.NONE));
    }

    /**
     * Whether it has the table of another kind of map: {@code dmsetup wipe_table}, and {@code
     * remove --force} of a map in use, leave one that fails all I/O.
     */
    public boolean replaced() {
      return !table.isEmpty() && only(table).isEmpty();
    }
  }

  /** Both of one moment, and by one question where the map is the kernel's. */
  default Optional<Loaded> loaded(String uuid) {
    return byUuid(uuid).flatMap(map -> table(map).map(table -> new Loaded(map, table)));
  }

  Optional<DmDevice> byName(String name);

  Optional<DmDevice> byNumber(DeviceNumber number);

  /** The table in force. Empty also where the map has none. */
  Optional<List<DmTarget>> table(DmDevice map);

  /** The status of the table in force. */
  Optional<List<DmTarget>> status(DmDevice map);

  /** The devices directly under a map. */
  Optional<List<DeviceNumber>> dependencies(DmDevice map);

  /**
   * Holds a map open, and looks then that it is this one: a moment before its number may have
   * become another's. The kernel may have it wait for somebody who just closes the map, and that
   * for a path.
   *
   * @throws KernelRefused if it went away meanwhile, or cannot be opened
   */
  Pinned pin(DmDevice map);

  /** As {@link #multipath}, with its table. */
  default Optional<Loaded> multipathLoaded(Wwid wwid) {
    return loaded(DmDevice.MULTIPATH + wwid);
  }

  /** The multipath map of a LUN, whatever its name. */
  default Optional<DmDevice> multipath(Wwid wwid) {
    return byUuid(DmDevice.MULTIPATH + wwid);
  }

  /**
   * As {@link Loaded#multipath}. Nothing too where the map has no table yet: it is made first and
   * gets its table a moment later.
   */
  default Optional<MultipathTable> multipathTable(DmDevice map) {
    return table(map).flatMap(lines -> new Loaded(map, lines).multipath());
  }

  /** As {@link #multipathTable}. */
  default Optional<MultipathStatus> multipathStatus(DmDevice map) {
    return status(map)
        .filter(lines -> !lines.isEmpty())
        .map(lines -> only(lines).map(MultipathStatus::parse).orElse(MultipathStatus.NONE));
  }

  private static Optional<String> only(List<DmTarget> lines) {
    return lines.size() == 1 && lines.get(0).isMultipath()
        ? Optional.of(lines.get(0).text())
        : Optional.empty();
  }
}
