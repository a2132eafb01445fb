package dev.braid.initiator;

import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.Wwid;
import dev.braid.initiator.LunHealth.State;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.dm.MultipathStatus;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.sysfs.ScsiDevice;
import dev.braid.linux.sysfs.ScsiDevices;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Looks at the paths of attached LUNs. Reads only, and waits for nothing. */
public final class Health {

  private final DeviceMapper dm;
  private final BlockTree blocks;
  private final ScsiDevices devices;
  private final IscsiSessions sessions;
  private final KnownLuns known;
  private final PortalWatch watch;

  Health(
      DeviceMapper dm,
      BlockTree blocks,
      ScsiDevices devices,
      IscsiSessions sessions,
      KnownLuns known,
      PortalWatch watch) {
    this.dm = dm;
    this.blocks = blocks;
    this.devices = devices;
    this.sessions = sessions;
    this.known = known;
    this.watch = watch;
  }

  /** Empty if the LUN has no map here. */
  public Optional<LunHealth> of(Wwid wwid) {
    Optional<MultipathStatus> status = dm.multipath(wwid).flatMap(dm::multipathStatus);
    return status.map(s -> new LunHealth(wwid, paths(known.find(wwid), s, outside(wwid, s))));
  }

  /** Why a portal of which no trouble is known has no path in the map. */
  private String outside(Wwid wwid, MultipathStatus status) {
    return status.active().isEmpty()
            && dm.multipathLoaded(wwid).filter(DeviceMapper.Loaded::replaced).isPresent()
        ? "somebody put another table into its map, and all its I/O fails"
        : "it has not joined the map yet";
  }

  /** Of every LUN that is known to be attached. */
  public List<LunHealth> all() {
    return known.all().stream().map(lun -> of(lun.wwid())).flatMap(Optional::stream).toList();
  }

  /** Every target of a LUN that is known to be attached. */
  public List<TargetHealth> targets() {
    Map<Iqn, Set<Portal>> portals = new LinkedHashMap<>();
    for (Lun lun : known.all()) {
      portals.computeIfAbsent(lun.target(), t -> new LinkedHashSet<>()).addAll(lun.portals());
    }
    List<IscsiSession> now = sessions.all();
    var targets = new ArrayList<TargetHealth>();
    portals.forEach(
        (target, of) ->
            targets.add(
                new TargetHealth(target, of.stream().map(p -> way(target, p, now)).toList())));
    return targets;
  }

  private TargetHealth.Way way(Iqn target, Portal portal, List<IscsiSession> now) {
    if (now.stream().anyMatch(s -> s.up() && s.through(target, portal))) {
      return new TargetHealth.Way(portal.toString(), true, "");
    }
    String seen =
        now.stream().anyMatch(s -> s.through(target, portal))
            ? "its session is down"
            : "there is no session";
    return new TargetHealth.Way(
        portal.toString(),
        false,
        watch.of(target, portal).map(PortalWatch.Trouble::text).orElse(seen));
  }

  /** How many ways of attached LUNs do not work, by cause. */
  public Map<List<String>, Double> causes() {
    var counts = new LinkedHashMap<List<String>, Double>();
    for (Cause cause : Cause.values()) {
      counts.put(List.of(cause.label()), 0.0);
    }
    watch.all().forEach(t -> counts.merge(List.of(t.lack().cause().label()), 1.0, Double::sum));
    return counts;
  }

  private List<LunHealth.Path> paths(Optional<Lun> lun, MultipathStatus status, String outside) {
    List<IscsiSession> now = sessions.all();
    Map<DeviceNumber, Boolean> left = new LinkedHashMap<>(status.active());
    var paths = new ArrayList<LunHealth.Path>();
    lun.ifPresent(l -> l.portals().forEach(p -> paths.add(path(l, p, left, outside, now))));
    for (DeviceNumber other : left.keySet()) {
      String name = blocks.named(other).orElse(other.toString());
      paths.add(path(name, other, left, Optional.empty(), now));
    }
    return paths;
  }

  /**
   * @param left the map's paths, of which this portal's is taken
   */
  private LunHealth.Path path(
      Lun lun,
      Portal portal,
      Map<DeviceNumber, Boolean> left,
      String outside,
      List<IscsiSession> now) {
    Optional<String> trouble = watch.of(lun.target(), portal).map(PortalWatch.Trouble::text);
    Optional<DeviceNumber> mine =
        left.keySet().stream()
            .filter(
                number ->
                    session(number, now).filter(s -> s.through(lun.target(), portal)).isPresent())
            .findFirst();
    if (mine.isPresent()) {
      LunHealth.Path path = path(portal.toString(), mine.get(), left, trouble, now);
      left.remove(mine.get());
      return path;
    }
    return new LunHealth.Path(
        portal.toString(),
        State.MISSING,
        writeProtected(lun, portal, now).or(() -> trouble).orElse(outside));
  }

  /** What keeps a path out of its map, whatever else is known of its portal. */
  private Optional<String> writeProtected(Lun lun, Portal portal, List<IscsiSession> now) {
    return now.stream()
        .filter(session -> session.up() && session.through(lun.target(), portal))
        .flatMap(session -> devices.at(lun.behind(session)).stream())
        .filter(device -> device.block().map(blocks::readOnly).orElse(false))
        .map(device -> "its device is write-protected: " + device.describe())
        .findFirst();
  }

  private LunHealth.Path path(
      String name,
      DeviceNumber number,
      Map<DeviceNumber, Boolean> active,
      Optional<String> trouble,
      List<IscsiSession> now) {
    if (Boolean.TRUE.equals(active.get(number))) {
      return new LunHealth.Path(name, State.WORKING, "");
    }
    String seen =
        "device-mapper has failed it; its device is "
            + device(number).map(ScsiDevice::state).orElse("gone")
            + session(number, now)
                .map(s -> ", its session " + (s.up() ? "up" : "down"))
                .orElse(", its session gone");
    return new LunHealth.Path(name, State.LOST, trouble.orElse(seen));
  }

  private Optional<ScsiDevice> device(DeviceNumber number) {
    return blocks.address(number).flatMap(devices::at);
  }

  private Optional<IscsiSession> session(DeviceNumber number, List<IscsiSession> now) {
    return blocks.address(number).flatMap(a -> now.stream().filter(s -> s.carries(a)).findFirst());
  }
}
