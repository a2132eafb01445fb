package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Wwid;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.dm.MultipathTable;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.sysfs.ScsiDevice;
import dev.braid.linux.sysfs.ScsiDevices;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the paths of a LUN from its WWID and the kernel alone (rule 4). */
final class PathFinder {

  private final ScsiDevices devices;
  private final IscsiSessions sessions;
  private final BlockTree blocks;
  private final DeviceMapper dm;
  private final Identity identity;

  PathFinder(
      ScsiDevices devices,
      IscsiSessions sessions,
      BlockTree blocks,
      DeviceMapper dm,
      Identity identity) {
    this.devices = devices;
    this.sessions = sessions;
    this.blocks = blocks;
    this.dm = dm;
    this.identity = identity;
  }

  /**
   * A path and the session it came by.
   *
   * @param session empty if it is none of iSCSI's, or the session is gone already
   */
  record Path(ScsiDevice device, Optional<IscsiSession> session) {}

  /**
   * Every device that is a path of the LUN: those under its map, whose UUID says what they are, and
   * those on any iSCSI session that the kernel keeps as the LUN. A device whose identity the kernel
   * never learned is asked.
   */
  List<Path> pathsOf(Wwid wwid, Deadline deadline) {
    List<IscsiSession> all = sessions.all();
    Map<String, Path> found = new LinkedHashMap<>();
    dm.multipath(wwid).map(this::paths).orElse(List.of()).stream()
        .map(blocks::named)
        .flatMap(Optional::stream)
        .map(devices::ofBlock)
        .flatMap(Optional::stream)
        .forEach(d -> found.put(d.address().toString(), path(d, all)));
    for (ScsiDevice device : devices.find(a -> all.stream().anyMatch(s -> s.carries(a)))) {
      if (!found.containsKey(device.address().toString())
          && is(wwid, path(device, all), deadline)) {
        found.put(device.address().toString(), path(device, all));
      }
    }
    return List.copyOf(found.values());
  }

  private boolean is(Wwid wwid, Path path, Deadline deadline) {
    ScsiDevice device = path.device();
    if (device.kept().isPresent()) {
      return device.keptAs(wwid);
    }
    boolean up = path.session().map(IscsiSession::up).orElse(false);
    return identity.ask(device, up, deadline).wwid().equals(Optional.of(wwid.text()));
  }

  /** The path devices in a map's table; none if the map is gone. */
  List<DeviceNumber> paths(DmDevice map) {
    return dm.multipathTable(map).map(MultipathTable::paths).orElse(List.of());
  }

  private static Path path(ScsiDevice device, List<IscsiSession> all) {
    return new Path(device, all.stream().filter(s -> s.carries(device.address())).findFirst());
  }
}
