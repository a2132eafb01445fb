package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Inquiry;
import dev.braid.base.Wwid;
import dev.braid.base.error.NoPath;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.dm.MultipathTable;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.sysfs.Hctl;
import dev.braid.linux.sysfs.ScsiDevice;
import dev.braid.linux.sysfs.ScsiDevices;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

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
   * those on any iSCSI session that the kernel keeps as the LUN. One of Braid's devices whose
   * identity the kernel never learned is asked.
   */
  List<Path> pathsOf(Wwid wwid, Deadline deadline) {
    return pathsOf(wwid, address -> true, path -> false, deadline);
  }

  /**
   * The same, where the LUN has the number that was noted and no other. A device of Braid's that
   * neither the kernel nor the device itself names is a path of it, if it is at the noted target:
   * it was lost as it was made, before it had said who it is.
   */
  List<Path> pathsOf(Lun noted, Deadline deadline) {
    return pathsOf(
        noted.wwid(),
        address -> address.lun() == noted.number().value(),
        path -> path.session().filter(s -> s.target().equals(noted.target().name())).isPresent(),
        deadline);
  }

  /**
   * @param nameless of a device of which nobody tells who it is
   */
  private List<Path> pathsOf(
      Wwid wwid, Predicate<Hctl> candidate, Predicate<Path> nameless, Deadline deadline) {
    List<Hctl> mapped = mapped(wwid).orElse(List.of());
    List<Hctl> others =
        devices.addresses().stream().filter(a -> candidate.test(a) && !mapped.contains(a)).toList();
    if (mapped.isEmpty() && others.isEmpty()) {
      return List.of();
    }
    List<IscsiSession> all = sessions.all();
    Map<Hctl, Path> found = new LinkedHashMap<>();
    mapped.forEach(address -> note(address, all, found));
    for (Hctl address : others) {
      if (all.stream().anyMatch(s -> s.carries(address))
          && is(wwid, address, all, nameless, deadline)) {
        note(address, all, found);
      }
    }
    return List.copyOf(found.values());
  }

  /** Where the paths in the LUN's map are; empty if it has no map. */
  Optional<List<Hctl>> mapped(Wwid wwid) {
    return dm.multipath(wwid)
        .map(map -> paths(map).stream().map(blocks::address).flatMap(Optional::stream).toList());
  }

  private void note(Hctl address, List<IscsiSession> all, Map<Hctl, Path> found) {
    devices.at(address).ifPresent(device -> found.put(address, path(device, all)));
  }

  /** Of each device that is not the LUN one file is read: others may be there in their hundreds. */
  private boolean is(
      Wwid wwid,
      Hctl address,
      List<IscsiSession> all,
      Predicate<Path> nameless,
      Deadline deadline) {
    Optional<String> kept = devices.kept(address);
    if (kept.isPresent()) {
      return kept.get().equals(wwid.text());
    }
    Optional<ScsiDevice> unknown =
        devices.at(address).filter(d -> d.model().equals(Inquiry.PRODUCT));
    if (unknown.isEmpty()) {
      return false;
    }
    Path path = path(unknown.get(), all);
    boolean up = path.session().map(IscsiSession::up).orElse(false);
    Optional<String> said = identity.ask(path.device(), up, deadline).wwid();
    return said.map(wwid.text()::equals).orElseGet(() -> nameless.test(path));
  }

  /**
   * The block devices of paths, by name, with their numbers.
   *
   * @throws NoPath if all went away
   */
  Map<String, DeviceNumber> numbers(Wwid wwid, List<ScsiDevice> paths) {
    var numbers = new LinkedHashMap<String, DeviceNumber>();
    for (ScsiDevice path : paths) {
      path.block()
          .ifPresent(name -> blocks.number(name).ifPresent(number -> numbers.put(name, number)));
    }
    if (numbers.isEmpty()) {
      throw new NoPath(
          "every path of "
              + wwid
              + " went away while it was attached: "
              + paths.stream().map(ScsiDevice::describe).toList());
    }
    return numbers;
  }

  /** Whether a path is there still, and I/O goes by it as far as the kernel knows. */
  boolean works(Wwid wwid, DeviceNumber path) {
    List<IscsiSession> all = sessions.all();
    return device(path)
        .filter(d -> d.running() && (d.kept().isEmpty() || d.keptAs(wwid)))
        .filter(d -> all.stream().anyMatch(s -> s.up() && s.carries(d.address())))
        .isPresent();
  }

  /** The paths that have these numbers; what is no SCSI device, or none any more, is left out. */
  List<Path> at(List<DeviceNumber> numbers) {
    if (numbers.isEmpty()) {
      return List.of();
    }
    List<IscsiSession> all = sessions.all();
    return numbers.stream()
        .map(this::device)
        .flatMap(Optional::stream)
        .map(d -> path(d, all))
        .toList();
  }

  private Optional<ScsiDevice> device(DeviceNumber number) {
    return blocks.address(number).flatMap(devices::at);
  }

  /** The path devices in a map's table; none if the map is gone. */
  List<DeviceNumber> paths(DmDevice map) {
    return dm.multipathTable(map).map(MultipathTable::paths).orElse(List.of());
  }

  private static Path path(ScsiDevice device, List<IscsiSession> all) {
    return new Path(device, all.stream().filter(s -> s.carries(device.address())).findFirst());
  }
}
