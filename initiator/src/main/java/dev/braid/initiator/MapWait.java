package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Wwid;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.NoPath;
import dev.braid.base.step.Steps;
import dev.braid.initiator.Maps.Made;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.multipath.MultipathdBacklog;
import dev.braid.linux.multipath.MultipathdException;
import dev.braid.linux.multipath.change.Multipathd;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.sysfs.Hctl;
import dev.braid.linux.sysfs.change.ScsiBus;
import dev.braid.linux.uevent.UdevDatabase;
import dev.braid.linux.uevent.Uevent;
import dev.braid.linux.uevent.UeventSocket;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for the map of a LUN whose paths were just made. */
final class MapWait {

  private static final Logger log = LoggerFactory.getLogger(MapWait.class);

  /** On any host udev and multipathd are through with a path sooner. */
  private static final Duration QUIET = Duration.ofSeconds(5);

  /** So long after udev's word multipathd has acted on it, if it is to act and is not behind. */
  static final Duration OWN_ACCORD = Duration.ofSeconds(8);

  private static final Duration COMMAND = Duration.ofSeconds(10);

  /** Whether multipathd is behind: it says so at once, or is. */
  private static final Duration QUESTION = Duration.ofSeconds(1);

  /** By which udev and multipathd know whose path a device is. */
  private static final String SERIAL = "ID_SERIAL";

  /** Of a session that ends, and takes its path with it, no event tells. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Maps maps;
  private final Multipathd multipathd;
  private final MultipathdBacklog backlog;
  private final ScsiBus bus;
  private final BlockTree blocks;
  private final PathFinder finder;
  private final UdevDatabase udev;
  private final Duration ownAccord;
  private final Steps steps;

  /**
   * @param ownAccord {@link #OWN_ACCORD}, or less for a test
   */
  MapWait(
      Maps maps,
      Multipathd multipathd,
      MultipathdBacklog backlog,
      ScsiBus bus,
      BlockTree blocks,
      PathFinder finder,
      UdevDatabase udev,
      Duration ownAccord,
      Steps steps) {
    this.maps = maps;
    this.multipathd = multipathd;
    this.backlog = backlog;
    this.bus = bus;
    this.blocks = blocks;
    this.finder = finder;
    this.udev = udev;
    this.ownAccord = ownAccord;
    this.steps = steps;
  }

  /**
   * Until the LUN's map has a path at each of these addresses, or for a few seconds: to be called
   * when the paths were proven, for which there is time while udev's rules run. Where all goes
   * well, nothing of ours takes processor time from then on from udev and multipathd, which all of
   * this waits for; and two paths that udev is through with at about the same time get into the map
   * together, where multipathd would otherwise come back to the second one when udev is through
   * with the map.
   */
  void quietly(Wwid wwid, Collection<Hctl> addresses, Deadline deadline) {
    try (var events = UeventSocket.ofMaps()) {
      Optional<Boolean> there =
          events.await(
              e -> true,
              () -> has(wwid, addresses) ? Optional.of(true) : Optional.empty(),
              deadline.atMost(QUIET));
      if (there.isEmpty()) {
        log.debug("{} has no map yet with paths at {}", wwid, addresses);
      }
    }
  }

  private boolean has(Wwid wwid, Collection<Hctl> addresses) {
    List<DeviceNumber> paths = maps.made(wwid).map(Made::paths).orElse(List.of());
    return paths.size() >= addresses.size()
        && paths.stream()
            .map(blocks::address)
            .flatMap(Optional::stream)
            .toList()
            .containsAll(addresses);
  }

  /**
   * Until the LUN's map has every path given, but for those that are lost meanwhile: one is enough,
   * and the others come back later. multipathd makes it when udev tells it of the paths; only where
   * that does not come about is it asked. Never before udev has: a path that it is told of earlier
   * has no WWID yet, and multipathd comes back to it ten seconds later. Nor while it is behind with
   * what udev has told it ({@link MultipathdBacklog}).
   *
   * @param paths the block devices' names, and their numbers
   * @param events of maps and blocks, opened before the paths were made; read only if the map does
   *     not come in the quiet
   */
  Made await(Wwid wwid, Map<String, DeviceNumber> paths, UeventSocket events, Deadline deadline) {
    List<DeviceNumber> numbers = List.copyOf(paths.values());
    Supplier<Optional<Made>> whole =
        () ->
            maps.made(wwid)
                .filter(m -> m.map().live() && !m.map().suspended())
                .filter(m -> isWhole(wwid, m, numbers));
    Optional<Made> map = whole.get();
    if (map.isPresent()) {
      return map.get();
    }
    return await(wwid, paths, whole, events, deadline);
  }

  private boolean isWhole(Wwid wwid, Made made, List<DeviceNumber> numbers) {
    List<DeviceNumber> missing = MapCheck.of(made.paths(), numbers).missing();
    return missing.size() < numbers.size() && missing.stream().allMatch(path -> isLost(wwid, path));
  }

  private boolean isLost(Wwid wwid, DeviceNumber path) {
    return !finder.works(wwid, path);
  }

  private Made await(
      Wwid wwid,
      Map<String, DeviceNumber> paths,
      Supplier<Optional<Made>> whole,
      UeventSocket events,
      Deadline deadline) {
    var told = new HashSet<String>(); // by the devices' places, as an earlier one had the name
    Predicate<Uevent> note =
        e -> {
          if (e.source() == Uevent.Source.UDEV && !e.action().equals("remove")) {
            told.add(e.devpath());
          }
          return true;
        };
    Supplier<List<String>> untold =
        () ->
            paths.entrySet().stream()
                .filter(p -> !told(p, wwid, told) && !isLost(wwid, p.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    Supplier<Optional<Boolean>> through =
        () -> Optional.of(true).filter(yes -> whole.get().isPresent() || untold.get().isEmpty());
    Optional<Boolean> ready = await(events, note, through, deadline.atMost(ownAccord));
    while (ready.isEmpty() && !deadline.passed()) {
      announce(untold.get());
      ready = await(events, note, through, deadline.atMost(ownAccord));
    }
    if (ready.isEmpty()) {
      throw new DeadlinePassed(
          "udev has not been through with the paths "
              + paths.keySet()
              + " of "
              + wwid
              + ": does it run?");
    }
    String trouble = "";
    while (true) {
      Optional<Made> map = await(events, note, whole, deadline.atMost(ownAccord));
      if (map.isPresent()) {
        return map.get();
      }
      if (paths.values().stream().allMatch(path -> isLost(wwid, path))) {
        throw new NoPath(
            "every path of "
                + wwid
                + " was lost before there was a map of them: "
                + paths.keySet());
      }
      if (deadline.passed()) {
        throw noMap(wwid, paths, trouble);
      }
      String now = behind().orElseGet(() -> nudge(wwid, paths, deadline));
      if (trouble.isEmpty() || !deadline.passed()) { // who was not given the time did not fail
        trouble = now;
      }
    }
  }

  /** Why multipathd may not have come to the paths yet; empty if it has, and did nothing. */
  private Optional<String> behind() {
    try {
      return backlog.any(Deadline.after(QUESTION))
          ? Optional.of("it is behind with the events of other devices")
          : Optional.empty();
    } catch (MultipathdException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static DeadlinePassed noMap(Wwid wwid, Map<String, DeviceNumber> paths, String trouble) {
    return new DeadlinePassed(
        "multipathd made no map of "
            + wwid
            + " with the paths "
            + paths.keySet()
            + (trouble.isEmpty() ? "" : ": " + trouble));
  }

  /** As where udev was started anew while the path was made: it is never told of it again. */
  private void announce(List<String> paths) {
    if (!udev.idle()) {
      return; // it may yet come to them
    }
    for (String path : paths) {
      log.warn("udev has nothing left to do, and does not know {}: it is told anew", path);
      steps.run("tell udev of path", step -> bus.announce(step, path));
    }
  }

  private static <T> Optional<T> await(
      UeventSocket events, Predicate<Uevent> note, Supplier<Optional<T>> look, Deadline deadline) {
    while (true) {
      Optional<T> seen = events.await(note, look, deadline.atMost(LOOK));
      if (seen.isPresent() || deadline.passed()) {
        return seen;
      }
    }
  }

  /** By an event that was seen, or by what udev wrote down: the path may be older than the call. */
  private boolean told(Map.Entry<String, DeviceNumber> path, Wwid wwid, Set<String> devpaths) {
    String place =
        blocks.address(path.getValue()).map(a -> "/" + a + "/block/" + path.getKey()).orElse("");
    return (!place.isEmpty() && devpaths.stream().anyMatch(seen -> seen.endsWith(place)))
        || udev.property(path.getValue(), SERIAL).filter(wwid.text()::equals).isPresent();
  }

  /**
   * Tells multipathd of what lacks; safe to repeat.
   *
   * @return what went wrong; empty if nothing did
   */
  private String nudge(Wwid wwid, Map<String, DeviceNumber> paths, Deadline deadline) {
    log.warn("multipathd has made no whole map of {} by itself; asking it to", wwid);
    Deadline patience = deadline.atMost(COMMAND);
    Map<String, String> strange = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, DeviceNumber> path : paths.entrySet()) {
        // Looked at for each: the others may have come meanwhile, and one that is in is left alone.
        List<DeviceNumber> have = maps.find(wwid).map(maps::table).orElse(List.of());
        if (have.contains(path.getValue()) || isLost(wwid, path.getValue())) {
          continue;
        }
        Optional<String> serial = udev.property(path.getValue(), SERIAL);
        if (!serial.equals(Optional.of(wwid.text()))) { // multipathd goes by that
          strange.put(path.getKey(), serial.orElse("nobody's"));
          continue;
        }
        forget(path.getKey(), patience);
        steps.run(
            "tell multipathd of path", step -> multipathd.addPath(step, path.getKey(), patience));
      }
      announce(List.copyOf(strange.keySet()));
      if (strange.isEmpty() && maps.find(wwid).isEmpty()) {
        steps.run("tell multipathd of map", step -> multipathd.addMap(step, wwid, patience));
      }
      return strange.isEmpty() ? "" : "udev takes paths for another LUN's, or nobody's: " + strange;
    } catch (MultipathdException e) {
      log.warn("multipathd: {}", e.getMessage());
      return e.getMessage();
    }
  }

  /**
   * A path that went while udev was away multipathd still knows, by the device of then: told of the
   * new one of that name, it would make a map that fails all I/O.
   */
  private void forget(String path, Deadline deadline) throws MultipathdException {
    try {
      steps.run("have multipathd forget path", step -> multipathd.removePath(step, path, deadline));
    } catch (MultipathdException e) {
      if (e.kind() != MultipathdException.Kind.REFUSED) {
        throw e; // it may know one, and could not be told
      }
      log.debug("it knows no {}: {}", path, e.getMessage());
    }
  }
}
