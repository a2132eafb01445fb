package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Wwid;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.dm.DeviceMapper.Loaded;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.dm.MultipathStatus;
import dev.braid.linux.dm.MultipathTable;
import dev.braid.linux.dm.change.DeviceMapperChange;
import dev.braid.linux.multipath.MultipathdException;
import dev.braid.linux.multipath.change.Multipathd;
import dev.braid.linux.proc.Holders;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.wait.KernelWaits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Multipath maps: looked at, and flushed away. Found by UUID, whatever their names. */
final class Maps {

  private static final Logger log = LoggerFactory.getLogger(Maps.class);

  private static final Duration COMMAND = Duration.ofSeconds(10);

  /** A closed device may be looked at by udev for a moment; what is open longer is in use. */
  private static final Duration BUSY = Duration.ofSeconds(10);

  /** A look at every process of the host, on a host that is busy. */
  private static final Duration SEARCH = Duration.ofSeconds(30);

  /** For what puts a map back as it was; the call's own time may be over by then. */
  private static final Duration PUT_BACK = Duration.ofSeconds(5);

  private static final long SECTOR = 512;

  private final DeviceMapper dm;
  private final DeviceMapperChange change;
  private final Multipathd multipathd;
  private final BlockTree blocks;
  private final Holders holders;
  private final KernelWaits waits;
  private final Steps steps;

  Maps(
      DeviceMapper dm,
      DeviceMapperChange change,
      Multipathd multipathd,
      BlockTree blocks,
      Holders holders,
      KernelWaits waits,
      Steps steps) {
    this.dm = dm;
    this.change = change;
    this.multipathd = multipathd;
    this.blocks = blocks;
    this.holders = holders;
    this.waits = waits;
    this.steps = steps;
  }

  Optional<DmDevice> find(Wwid wwid) {
    return dm.multipath(wwid);
  }

  /** The path devices in the map's table. */
  List<DeviceNumber> table(DmDevice map) {
    return dm.multipathTable(map).map(MultipathTable::paths).orElse(List.of());
  }

  /** A LUN's map as it was at one moment: the paths in its table, and its size. */
  record Made(DmDevice map, List<DeviceNumber> paths, long bytes) {}

  /**
   * The map that the LUN has; one without a table has no paths.
   *
   * @throws Refused if it has another's table: multipathd knows nothing of that, and brings no path
   */
  Optional<Made> made(Wwid wwid) {
    return dm.multipathLoaded(wwid).map(Maps::made);
  }

  /** That the LUN's map has another's table, in words; empty if it has its own, or none. */
  Optional<String> replaced(Wwid wwid) {
    return dm.multipathLoaded(wwid).filter(Loaded::replaced).map(Maps::replaced);
  }

  private static String replaced(Loaded loaded) {
    return loaded.map().describe()
        + " has no multipath table any more, so all its I/O fails: somebody put another there"
        + " (dmsetup table "
        + loaded.map().name()
        + "). Have its own loaded anew: multipath -r "
        + loaded.map().name();
  }

  private static Made made(Loaded loaded) {
    if (loaded.replaced()) {
      throw new Refused(replaced(loaded));
    }
    return new Made(
        loaded.map(),
        loaded.multipath().map(MultipathTable::paths).orElse(List.of()),
        loaded.table().stream().mapToLong(t -> SECTOR * t.length()).sum());
  }

  /**
   * Removes a LUN's map if nobody uses it, and proves that it is gone. Where it cannot be removed,
   * it is left as it was: not suspended, and queueing if it did.
   *
   * <p>By the kernel, and not by multipathd's {@code del map}: that asks the kernel for the same,
   * but turns queueing off first, and waits behind whatever multipathd is busy with, or stopped in.
   * It learns of this by the kernel's event, as where {@code dmsetup} removed a map, and drops what
   * it knew; a map it makes where a path comes or its settings are read anew, never because one
   * went. If it was about to make one just then, the caller finds that when it looks again, with
   * the paths deleted.
   *
   * <p>The kernel waits in it for its own work on the paths. A removal that is left behind there
   * and ends well later has done what was wanted: the next detach finds no map, and goes on.
   *
   * @param hold is kept by a removal that hangs
   * @throws DeviceInUse naming the holders
   * @throws DeadlinePassed if it hangs; it goes on
   */
  void flush(Wwid wwid, Hold hold, Deadline deadline) {
    Optional<DmDevice> map = dm.multipath(wwid);
    if (map.isEmpty()) {
      return;
    }
    boolean queueing = queueing(map.get());
    Deadline patience = patience(deadline);
    var pause = new Backoff();
    while (true) {
      remove(map.get(), hold, deadline);
      map = dm.multipath(wwid);
      if (map.isEmpty()) {
        return;
      }
      if (patience.passed()) {
        String changed = restore(map.get(), queueing, hold, deadline);
        throw inUse(wwid, changed, deadline);
      }
      pause.await(patience);
    }
  }

  /** Half of what is left at most, so that there is time to find who holds it. */
  private static Deadline patience(Deadline deadline) {
    Duration half = deadline.left().dividedBy(2);
    return deadline.atMost(half.compareTo(BUSY) < 0 ? half : BUSY);
  }

  /** One try; the caller looks how it went. Maps of its partitions that nobody uses go with it. */
  private void remove(DmDevice map, Hold hold, Deadline deadline) {
    List<DmDevice> parts = map.openCount() == 0 ? List.of() : unusedParts(map);
    if (map.openCount() > parts.size()) {
      return; // somebody else has it open
    }
    try {
      for (DmDevice part : parts) {
        aside(
            part,
            "removing",
            hold,
            deadline,
            () -> steps.run("remove partition map", step -> change.remove(step, part)));
      }
      aside(
          map,
          "removing",
          hold,
          deadline,
          () -> steps.run("remove map", step -> change.remove(step, map)));
    } catch (DeviceInUse e) {
      log.debug("opened again meanwhile: {}", e.getMessage());
    }
  }

  /**
   * @param hold is kept until it has ended, however long that takes (rule 12)
   */
  private void aside(
      DmDevice map, String doing, Hold hold, Deadline deadline, Runnable kernelChange) {
    waits.run(map.describe(), doing, deadline, kernelChange, hold.keep());
  }

  private List<DmDevice> unusedParts(DmDevice map) {
    return blocks.holders(map.kernelName()).stream()
        .map(blocks::mapUuid)
        .flatMap(Optional::stream)
        .filter(uuid -> uuid.startsWith("part") && uuid.endsWith("-" + map.uuid()))
        .map(dm::byUuid)
        .flatMap(Optional::stream)
        .filter(part -> part.openCount() == 0)
        .toList();
  }

  /** The paths by which device-mapper sends I/O now. */
  Set<DeviceNumber> used(Wwid wwid) {
    return active(wwid).entrySet().stream()
        .filter(Map.Entry::getValue)
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** The paths that device-mapper has failed. */
  List<DeviceNumber> failed(Wwid wwid) {
    return active(wwid).entrySet().stream()
        .filter(path -> !path.getValue())
        .map(Map.Entry::getKey)
        .toList();
  }

  private Map<DeviceNumber, Boolean> active(Wwid wwid) {
    return find(wwid).flatMap(dm::multipathStatus).map(MultipathStatus::active).orElse(Map.of());
  }

  /**
   * I/O of a LUN's map fails from now on where it has no path, also what waits already. It is said
   * to multipathd first, which would otherwise turn queueing on again at the next change of a path.
   *
   * @param hold is kept by what hangs
   * @throws KernelRefused if it still queues
   */
  void stopQueueing(Wwid wwid, Hold hold, Deadline deadline) {
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
      aside(
          map,
          "failing what waits in",
          hold,
          deadline,
          () -> steps.run("fail I/O in kernel", step -> change.failIfNoPath(step, map)));
    }
    if (queueing(map)) {
      throw new KernelRefused(
          "the map " + map.name() + " was told not to queue any more, and still does");
    }
  }

  /** Whether a LUN's I/O waits while its map has no path. */
  boolean queueing(Wwid wwid) {
    return find(wwid).map(this::queueing).orElse(false);
  }

  private boolean queueing(DmDevice map) {
    return dm.multipathTable(map).map(MultipathTable::queueing).orElse(false);
  }

  /**
   * Others may be here meanwhile: a {@code multipath -f} that was refused leaves a map suspended or
   * with its queueing off (seen with multipath-tools 0.9.4). A map that is suspended takes no I/O
   * and is resumed in any case; one that did not queue before is as somebody wanted it.
   *
   * @param queueing whether it did when the call began
   * @return what could not be put back, for the message; empty if all is as it was
   */
  private String restore(DmDevice map, boolean queueing, Hold hold, Deadline deadline) {
    var left = new ArrayList<String>();
    if (isSuspended(map)) {
      putBack(
          map, "resuming", hold, () -> steps.run("resume map", step -> change.resume(step, map)));
      if (isSuspended(map)) {
        left.add("It is suspended and was not resumed: dmsetup resume " + map.name());
      }
    }
    if (queueing && !ensureQueueing(map, hold, deadline)) {
      left.add(
          "It does not queue any more, so I/O fails once no path is left, and could not be told to:"
              + " multipathd restorequeueing map "
              + map.name());
    }
    return String.join(". ", left);
  }

  private boolean isSuspended(DmDevice map) {
    return dm.byUuid(map.uuid()).filter(DmDevice::suspended).isPresent();
  }

  /**
   * multipathd's own command first, since it knows the settings, and when the waiting is to end;
   * then the kernel is read back, and told where that was not enough.
   *
   * @return whether it queues, read back
   */
  private boolean ensureQueueing(DmDevice map, Hold hold, Deadline deadline) {
    if (queueing(map)) {
      return true;
    }
    try {
      steps.run(
          "restore queueing",
          step -> multipathd.restoreQueueing(step, map.name(), deadline.atMost(COMMAND)));
    } catch (MultipathdException e) {
      log.warn("multipathd: {}", e.getMessage());
    }
    if (!queueing(map)) {
      putBack(
          map,
          "having I/O wait in",
          hold,
          () -> steps.run("queue in kernel", step -> change.queueIfNoPath(step, map)));
    }
    return queueing(map);
  }

  /** What fails here must not hide what is told of it: that the map is in use. */
  private void putBack(DmDevice map, String doing, Hold hold, Runnable kernelChange) {
    try {
      aside(map, doing, hold, Deadline.after(PUT_BACK), kernelChange);
    } catch (BraidException e) {
      log.error("map {} could not be put back as it was", map.name(), e);
    }
  }

  private DeviceInUse inUse(Wwid wwid, String changed, Deadline deadline) {
    Optional<DmDevice> map = dm.multipath(wwid);
    var who = new ArrayList<String>();
    map.map(m -> holders.of(m.number(), deadline.atMost(SEARCH))).ifPresent(who::addAll);
    // What of ours hangs in the kernel may hold it, and shows in no list of open files.
    map.map(m -> waits.on(m.describe())).ifPresent(who::addAll);
    return new DeviceInUse(
        "the map "
            + map.map(DmDevice::name).orElse(wwid.text())
            + " is in use (open count "
            + map.map(DmDevice::openCount).orElse(0)
            + ") by "
            + (who.isEmpty()
                ? "nobody who could be found (a file system that was unmounted may still be writing)"
                : String.join(", ", who))
            + ". All its paths are kept"
            + (changed.isEmpty() ? "" : ". " + changed));
  }
}
