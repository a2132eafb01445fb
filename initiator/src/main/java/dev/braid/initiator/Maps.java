package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Wwid;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.NoPath;
import dev.braid.base.step.Steps;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.dm.MultipathStatus;
import dev.braid.linux.dm.MultipathTable;
import dev.braid.linux.dm.change.DeviceMapperChange;
import dev.braid.linux.multipath.MultipathdException;
import dev.braid.linux.multipath.change.Multipathd;
import dev.braid.linux.proc.Holders;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.uevent.UdevDatabase;
import dev.braid.linux.uevent.Uevent;
import dev.braid.linux.uevent.UeventSocket;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Multipath maps: waited for, and flushed away. Found by UUID, whatever their names. */
final class Maps {

  private static final Logger log = LoggerFactory.getLogger(Maps.class);

  /** So long after udev's word multipathd has acted on it, if it is to act at all. */
  private static final Duration OWN_ACCORD = Duration.ofSeconds(8);

  private static final Duration COMMAND = Duration.ofSeconds(10);

  /** A closed device may be looked at by udev for a moment; what is open longer is in use. */
  private static final Duration BUSY = Duration.ofSeconds(10);

  /** A look at every process of the host, on a host that is busy. */
  private static final Duration SEARCH = Duration.ofSeconds(30);

  private static final long SECTOR = 512;

  private static final Duration GONE = Duration.ofSeconds(2);

  private final DeviceMapper dm;
  private final DeviceMapperChange change;
  private final Multipathd multipathd;
  private final BlockTree blocks;
  private final UdevDatabase udev;
  private final Holders holders;
  private final Steps steps;

  Maps(
      DeviceMapper dm,
      DeviceMapperChange change,
      Multipathd multipathd,
      BlockTree blocks,
      UdevDatabase udev,
      Holders holders,
      Steps steps) {
    this.dm = dm;
    this.change = change;
    this.multipathd = multipathd;
    this.blocks = blocks;
    this.udev = udev;
    this.holders = holders;
    this.steps = steps;
  }

  Optional<DmDevice> find(Wwid wwid) {
    return dm.multipath(wwid);
  }

  /**
   * Waits until the LUN's map has every path given. multipathd makes it when udev tells it of the
   * paths; only where that does not come about is it asked. Never before udev has: a path that it
   * is told of earlier has no WWID yet, and multipathd comes back to it ten seconds later.
   *
   * @param paths the block devices' names
   * @param events opened before the paths were made
   */
  DmDevice await(Wwid wwid, List<String> paths, UeventSocket events, Deadline deadline) {
    List<DeviceNumber> numbers =
        paths.stream().map(blocks::number).flatMap(Optional::stream).toList();
    if (numbers.size() < paths.size()) {
      throw new NoPath("a path of " + wwid + " went away while it was attached");
    }
    var told = new HashSet<String>();
    Predicate<Uevent> matters =
        e -> {
          if (e.source() == Uevent.Source.UDEV && !e.action().equals("remove")) {
            told.add(e.kernelName());
          }
          return e.subsystem().equals("block");
        };
    Supplier<Optional<DmDevice>> whole =
        () -> dm.multipath(wwid).filter(m -> m.live() && !m.suspended() && complete(m, numbers));

    Optional<Boolean> ready =
        events.await(
            matters,
            () ->
                whole.get().isPresent() || paths.stream().allMatch(p -> told(p, wwid, told))
                    ? Optional.of(true)
                    : Optional.empty(),
            deadline);
    if (ready.isEmpty()) {
      throw new DeadlinePassed(
          "udev has not been through with the paths " + paths + " of " + wwid + ": does it run?");
    }
    Optional<DmDevice> map = events.await(matters, whole, deadline.atMost(OWN_ACCORD));
    if (map.isPresent()) {
      return map.get();
    }
    String trouble = nudge(wwid, paths, numbers, deadline);
    return events
        .await(matters, whole, deadline)
        .orElseThrow(
            () ->
                new DeadlinePassed(
                    "multipathd made no map of "
                        + wwid
                        + " with the paths "
                        + paths
                        + (trouble.isEmpty() ? "" : ": " + trouble)));
  }

  /** By an event that was seen, or by what udev wrote down: the path may be older than the call. */
  private boolean told(String path, Wwid wwid, Set<String> events) {
    return events.contains(path)
        || blocks
            .number(path)
            .flatMap(n -> udev.property(n, "ID_SERIAL"))
            .filter(wwid.text()::equals)
            .isPresent();
  }

  private boolean complete(DmDevice map, List<DeviceNumber> numbers) {
    return MapCheck.of(table(map), numbers).missing().isEmpty();
  }

  /** The path devices in the map's table. */
  List<DeviceNumber> table(DmDevice map) {
    return dm.multipathTable(map).map(MultipathTable::paths).orElse(List.of());
  }

  long bytes(DmDevice map) {
    return dm.table(map).stream().flatMap(List::stream).mapToLong(t -> SECTOR * t.length()).sum();
  }

  private String nudge(
      Wwid wwid, List<String> paths, List<DeviceNumber> numbers, Deadline deadline) {
    log.warn("multipathd has made no whole map of {} by itself; asking it to", wwid);
    Deadline patience = deadline.atMost(COMMAND);
    try {
      List<DeviceNumber> have = find(wwid).map(this::table).orElse(List.of());
      for (int i = 0; i < paths.size(); i++) {
        if (!have.contains(numbers.get(i))) {
          String path = paths.get(i);
          steps.run("tell multipathd of path", step -> multipathd.addPath(step, path, patience));
        }
      }
      if (find(wwid).isEmpty()) {
        steps.run("tell multipathd of map", step -> multipathd.addMap(step, wwid, patience));
      }
      return "";
    } catch (MultipathdException e) {
      log.warn("multipathd: {}", e.getMessage());
      return e.getMessage();
    }
  }

  /**
   * Removes a LUN's map if nobody uses it, and proves that it is gone. Where it cannot be removed,
   * it is left as it was: not suspended, and queueing if it did.
   *
   * @throws DeviceInUse naming the holders
   */
  void flush(Wwid wwid, Deadline deadline) {
    Optional<DmDevice> first = dm.multipath(wwid);
    if (first.isEmpty()) {
      return;
    }
    boolean queueing = queueing(first.get());
    Deadline patience = deadline.atMost(BUSY);
    var pause = new Backoff();
    String trouble = "";
    boolean touched = false;
    while (true) {
      Optional<DmDevice> map = dm.multipath(wwid);
      if (map.isEmpty()) {
        return;
      }
      if (usedBy(map.get()) == 0) {
        touched = true;
        trouble = flushOnce(map.get(), deadline);
        if (dm.multipath(wwid).isEmpty()) {
          return;
        }
      }
      if (patience.passed()) {
        break;
      }
      pause.await(patience);
    }
    if (touched) {
      restore(wwid, queueing, deadline);
    }
    throw inUse(wwid, trouble, deadline);
  }

  /** Opens that are not by partition maps of the map itself, which go with it. */
  private int usedBy(DmDevice map) {
    int parts = 0;
    for (String holder : blocks.holders(map.kernelName())) {
      Optional<DmDevice> part =
          blocks
              .mapUuid(holder)
              .filter(u -> u.startsWith("part") && u.endsWith("-" + map.uuid()))
              .flatMap(dm::byUuid);
      if (part.isPresent() && part.get().openCount() == 0) {
        parts++;
      }
    }
    return Math.max(0, map.openCount() - parts);
  }

  /** An answer of "ok" proves nothing and one of "fail" neither: the caller looks. */
  private String flushOnce(DmDevice map, Deadline deadline) {
    try (var events = UeventSocket.open()) {
      String trouble = "";
      try {
        steps.run(
            "flush map", step -> multipathd.delMap(step, map.name(), deadline.atMost(COMMAND)));
      } catch (MultipathdException e) {
        trouble = e.getMessage();
        if (e.kind() == MultipathdException.Kind.NOT_RUNNING) {
          // Nobody else will do it, and nobody else is in the way.
          trouble += removeByKernel(map);
        }
      }
      events.await(
          e -> e.subsystem().equals("block"),
          () -> dm.byUuid(map.uuid()).isEmpty() ? Optional.of(true) : Optional.empty(),
          deadline.atMost(trouble.isEmpty() ? GONE : Duration.ZERO));
      return trouble;
    }
  }

  private String removeByKernel(DmDevice map) {
    try {
      steps.run("remove map", step -> change.remove(step, map));
      return "";
    } catch (DeviceInUse e) {
      return "; " + e.getMessage();
    }
  }

  /** The paths by which device-mapper sends I/O now. */
  Set<DeviceNumber> used(Wwid wwid) {
    Map<DeviceNumber, Boolean> active =
        find(wwid).flatMap(dm::multipathStatus).map(MultipathStatus::active).orElse(Map.of());
    return active.entrySet().stream()
        .filter(Map.Entry::getValue)
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /**
   * I/O of a LUN's map fails from now on where it has no path, also what waits already. It is said
   * to multipathd first, which would otherwise turn queueing on again at the next change of a path.
   *
   * @throws KernelRefused if it still queues
   */
  void stopQueueing(Wwid wwid, Deadline deadline) {
    Optional<DmDevice> found = dm.multipath(wwid);
    if (found.isEmpty()) {
      return;
    }
    DmDevice map = found.get();
    try {
      steps.run(
          "stop queueing",
          step -> multipathd.disableQueueing(step, map.name(), deadline.atMost(COMMAND)));
    } catch (MultipathdException e) {
      log.warn("multipathd: {}", e.getMessage());
    }
    // It goes by what it remembers of the map, and may not even run.
    if (queueing(map)) {
      steps.run("fail I/O in kernel", step -> change.failIfNoPath(step, map));
    }
    if (queueing(map)) {
      throw new KernelRefused(
          "the map " + map.name() + " was told not to queue any more, and still does");
    }
  }

  private boolean queueing(DmDevice map) {
    return dm.multipathTable(map).map(MultipathTable::queueing).orElse(false);
  }

  /**
   * multipathd turns queueing off before it removes a map, and does not always turn it on again
   * where it could not (seen in 0.9.4). Its own command first, since it knows the settings; then
   * the kernel is read back, and told where that was not enough.
   */
  private void restore(Wwid wwid, boolean queueing, Deadline deadline) {
    Optional<DmDevice> found = dm.multipath(wwid);
    if (found.isEmpty()) {
      return;
    }
    DmDevice map = found.get();
    try {
      if (map.suspended()) {
        steps.run("resume map", step -> change.resume(step, map));
      }
      if (queueing && !queueing(map)) {
        try {
          steps.run(
              "restore queueing",
              step -> multipathd.restoreQueueing(step, map.name(), deadline.atMost(COMMAND)));
        } catch (MultipathdException e) {
          log.warn("multipathd: {}", e.getMessage());
        }
        if (!queueing(map)) {
          steps.run("queue in kernel", step -> change.queueIfNoPath(step, map));
        }
      }
    } catch (BraidException e) {
      log.error("map {} could not be put back as it was", map.name(), e);
    }
  }

  private DeviceInUse inUse(Wwid wwid, String trouble, Deadline deadline) {
    Optional<DmDevice> map = dm.multipath(wwid);
    List<String> who =
        map.map(m -> holders.of(m.number(), deadline.atMost(SEARCH))).orElse(List.of());
    return new DeviceInUse(
        "the map "
            + map.map(DmDevice::name).orElse(wwid.text())
            + " is in use (open count "
            + map.map(DmDevice::openCount).orElse(0)
            + ") by "
            + (who.isEmpty()
                ? "nobody who could be found (a file system that was unmounted may still be writing)"
                : String.join(", ", who))
            + (trouble.isEmpty() ? "" : "; " + trouble)
            + ". All its paths are kept");
  }
}
