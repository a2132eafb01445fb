package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Wwid;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.Refused;
import dev.braid.base.error.WrongDevice;
import dev.braid.initiator.Maps.Made;
import dev.braid.initiator.PathCheck.Verdict;
import dev.braid.initiator.PathScan.Scanned;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.sysfs.Hctl;
import dev.braid.linux.sysfs.ScsiDevice;
import dev.braid.linux.uevent.UeventSocket;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a LUN's paths and its map together, each proven, over sessions that are there. */
final class Assembly {

  private static final Logger log = LoggerFactory.getLogger(Assembly.class);

  private final PathScan scan;
  private final WriteCheck writes;
  private final MapWait wait;
  private final PathFinder finder;
  private final PathWords words;

  Assembly(PathScan scan, WriteCheck writes, MapWait wait, PathFinder finder, PathWords words) {
    this.scan = scan;
    this.writes = writes;
    this.wait = wait;
    this.finder = finder;
    this.words = words;
  }

  /**
   * @param volume the caller's hold on the volume; a scan that hangs keeps it, as it may still make
   *     a device
   * @param way is let go of when the LUN's devices are there, which keep their sessions: others
   *     need not wait for the map
   * @return the map, with every path over the way's sessions that answers; at least one
   */
  Attached assemble(Lun lun, Hold volume, Portals.Way way, Deadline deadline) {
    return assemble(lun, volume, way, scanned -> scanned, deadline);
  }

  /**
   * The same of a LUN whose map is there, and may be in use: a path that came back write-protected
   * takes it from nobody, and is left out, as one that is silent is.
   */
  Attached again(Lun lun, Hold volume, Portals.Way way, Deadline deadline) {
    return assemble(lun, volume, way, scanned -> usable(lun.wwid(), scanned), deadline);
  }

  private Attached assemble(
      Lun lun, Hold volume, Portals.Way way, UnaryOperator<Scanned> counts, Deadline deadline) {
    try (var events = UeventSocket.ofMapsAndBlocks()) { // before what it tells of is caused
      Scanned scanned = counts.apply(scan(lun, volume, way, deadline));
      List<ScsiDevice> paths = scanned.paths();
      way.close();
      long bytes = sameSize(lun.wwid(), paths);
      writes.check(lun, paths, way.up(), deadline);
      Map<String, DeviceNumber> numbers = finder.numbers(lun.wwid(), paths);
      if (!scanned.made().isEmpty()) { // for what was there before, perhaps no map will come
        wait.quietly(lun.wwid(), scanned.made(), deadline);
      }
      Made made = wait.await(lun.wwid(), numbers, events, deadline);
      return check(lun.wwid(), made, numbers.values(), bytes, deadline);
    }
  }

  private Scanned scan(Lun lun, Hold volume, Portals.Way way, Deadline deadline) {
    try (var both = Hold.both(volume, way.hold())) {
      return scan.scan(lun, way, both, deadline);
    }
  }

  /** Without those outside the map that are write-protected, if it has one that answers. */
  private Scanned usable(Wwid wwid, Scanned scanned) {
    List<Hctl> mapped = finder.mapped(wwid).orElse(List.of());
    if (scanned.paths().stream().noneMatch(path -> mapped.contains(path.address()))) {
      return scanned;
    }
    List<ScsiDevice> outside =
        scanned.paths().stream()
            .filter(path -> !mapped.contains(path.address()) && writes.isProtected(path))
            .toList();
    outside.forEach(path -> log.warn("{} is write-protected, and stays outside", path.describe()));
    return scanned.without(outside);
  }

  /** Paths that differ are never mixed: data past the end of the smaller would be lost. */
  private static long sameSize(Wwid wwid, List<ScsiDevice> paths) {
    long bytes = paths.get(0).bytes();
    if (bytes == 0 || paths.stream().anyMatch(p -> p.bytes() != bytes)) {
      throw new WrongDevice(
          "the paths of "
              + wwid
              + " do not agree on its size: "
              + paths.stream().map(p -> p.describe() + " has " + p.bytes() + " bytes").toList());
    }
    return bytes;
  }

  /**
   * The map is whole, and whatever else is in it must be the LUN: by what it says now, as its
   * session may have come back meanwhile, or if it is silent by what the kernel kept.
   *
   * @throws Refused if it takes no writes, though its paths do
   */
  private Attached check(
      Wwid wwid, Made made, Collection<DeviceNumber> proven, long bytes, Deadline deadline) {
    String map = made.map().name();
    List<DeviceNumber> verified = proven.stream().filter(made.paths()::contains).toList();
    List<PathFinder.Path> others = finder.at(MapCheck.of(made.paths(), verified).unverified());
    for (PathCheck word : words.of(wwid, others, deadline)) {
      ScsiDevice device = word.device();
      if (word.verdict() == Verdict.WRONG || device.kept().isPresent() && !device.keptAs(wwid)) {
        throw new WrongDevice(
            "the map "
                + map
                + " of "
                + wwid
                + " holds another LUN: "
                + (word.verdict() == Verdict.SILENT ? device : word.why()));
      }
    }
    if (made.bytes() != bytes) {
      throw new KernelRefused(
          "the map " + map + " has " + made.bytes() + " bytes and its paths " + bytes);
    }
    if (made.map().readOnly()) {
      throw new Refused(wwid + " cannot be used: " + ReadOnlyMap.text(made.map()));
    }
    return new Attached(wwid, made.map().node(), verified.size() + others.size(), bytes);
  }
}
