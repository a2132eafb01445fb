package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.NoPath;
import dev.braid.base.error.Refused;
import dev.braid.base.error.WrongDevice;
import dev.braid.base.step.Steps;
import dev.braid.initiator.Parallel.Outcome;
import dev.braid.initiator.PathCheck.Verdict;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.iscsi.LunLimit;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.sysfs.Hctl;
import dev.braid.linux.sysfs.ScsiDevice;
import dev.braid.linux.sysfs.ScsiDevices;
import dev.braid.linux.sysfs.change.ScsiBus;
import dev.braid.linux.uevent.UeventSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the devices of a LUN, one per session, and has each say who it is. */
final class PathScan {

  private static final Logger log = LoggerFactory.getLogger(PathScan.class);

  /** A scan of one address on a path that works takes milliseconds. */
  static final Duration SCAN = Duration.ofSeconds(10);

  /** More than the start of a thread takes. */
  private static final Duration START = Duration.ofSeconds(1);

  private static final Set<String> SUBSYSTEMS = Set.of("block", "scsi", "scsi_generic");

  /**
   * A LUN's paths.
   *
   * @param made the addresses at which this scan made a device that the kernel knows as the LUN
   */
  record Scanned(List<ScsiDevice> paths, List<Hctl> made) {

    Scanned without(List<ScsiDevice> some) {
      return new Scanned(
          paths.stream().filter(path -> !some.contains(path)).toList(),
          made.stream()
              .filter(address -> some.stream().noneMatch(path -> path.address().equals(address)))
              .toList());
    }
  }

  private final ScsiDevices devices;
  private final ScsiBus bus;
  private final IscsiSessions sessions;
  private final PathWords words;
  private final ScanTurns turns;
  private final StaleDevices stale;
  private final WriteCheck writes;
  private final PathSizes sizes;
  private final LunLimit limit;
  private final BlockTree blocks;
  private final Path dev;
  private final Steps steps;

  PathScan(
      ScsiDevices devices,
      ScsiBus bus,
      IscsiSessions sessions,
      PathWords words,
      ScanTurns turns,
      StaleDevices stale,
      WriteCheck writes,
      PathSizes sizes,
      LunLimit limit,
      BlockTree blocks,
      Path dev,
      Steps steps) {
    this.devices = devices;
    this.bus = bus;
    this.sessions = sessions;
    this.words = words;
    this.turns = turns;
    this.stale = stale;
    this.writes = writes;
    this.sizes = sizes;
    this.limit = limit;
    this.blocks = blocks;
    this.dev = dev;
    this.steps = steps;
  }

  /**
   * One scan write per session, at one address (rule 10); where there is a device already, none.
   *
   * @param hold on the LUN and on its target, kept by what hangs
   * @return the paths that say they are the LUN; at least one
   * @throws WrongDevice if any of them says it is another: nothing of the LUN can be trusted then
   * @throws Refused if a stale device is in the way and somebody uses it (rule 11), the kernel
   *     takes no LUN of that number, or another initiator has the LUN to himself
   * @throws NoPath if no path says anything
   * @throws DeadlinePassed if none has had the time to
   */
  Scanned scan(Lun lun, Portals.Way way, Hold hold, Deadline deadline) {
    limit.check(lun.number());
    var ways = new LinkedHashMap<Hctl, IscsiSession>();
    way.up().forEach(s -> ways.put(lun.behind(s), s));
    Set<Hctl> addresses = ways.keySet();

    // Asked before anything is made: what is there and has said who it is, is not asked again.
    var checks = new ArrayList<>(check(lun, ways, addresses, deadline));
    refuseWrong(checks, ". Nothing was touched");
    checks.replaceAll(this::outOfDate);
    stale.clear(checks, hold, deadline);
    checks.removeIf(c -> !settled(c));
    Set<Hctl> open = without(addresses, checks);
    Map<Hctl, String> trouble = new HashMap<>();
    var missing = new LinkedHashMap<>(ways);
    missing.keySet().removeIf(a -> !open.contains(a) || devices.exists(a));
    if (!open.isEmpty()) {
      trouble.putAll(scan(missing, lun, hold, deadline));
      awaitNodes(open, deadline);
      checks.addAll(check(lun, ways, open, deadline));
    }
    refuseReserved(lun, checks, way, deadline);
    sizes.ask(checks, hold, deadline);

    var said = new ArrayList<String>();
    way.without().values().forEach(lack -> said.add(lack.why()));
    checks.stream().filter(c -> !c.ours()).forEach(c -> said.add(c.why()));
    addresses.stream()
        .filter(a -> checks.stream().noneMatch(c -> c.device().address().equals(a)))
        .forEach(
            a ->
                said.add(
                    trouble.containsKey(a)
                        ? "the scan at " + a + " came to no end: " + trouble.get(a)
                        : "the head shows no LUN at " + a + "; is it published to this node?"));
    said.forEach(why -> log.warn("a path of {} does not count: {}", lun.wwid(), why));
    refuseWrong(checks, "");
    if (checks.stream().noneMatch(PathCheck::ours)) {
      String why = ": " + String.join("; ", said);
      if (deadline.passed()) { // which says nothing of the paths
        throw new DeadlinePassed("no path to LUN " + lun.number() + " has answered in time" + why);
      }
      throw new NoPath("no path to LUN " + lun.number() + " answers" + why);
    }
    return new Scanned(
        checks.stream().filter(PathCheck::ours).map(PathCheck::device).toList(),
        checks.stream()
            .filter(PathCheck::ours)
            .map(PathCheck::device)
            .filter(d -> missing.containsKey(d.address()) && d.keptAs(lun.wwid()))
            .map(ScsiDevice::address)
            .toList());
  }

  /** Of a LUN that another initiator has to himself no path learns the size. */
  private void refuseReserved(Lun lun, List<PathCheck> checks, Portals.Way way, Deadline deadline) {
    List<ScsiDevice> ours = checks.stream().filter(PathCheck::ours).map(PathCheck::device).toList();
    if (ours.isEmpty() || ours.stream().anyMatch(device -> device.bytes() > 0)) {
      return;
    }
    try {
      writes.checkReserved(lun, ours, way.up(), deadline);
    } catch (NoPath e) {
      log.debug(
          "nor is it known who has it: {}", e.getMessage()); // that it has no size says enough
    }
  }

  private static void refuseWrong(List<PathCheck> checks, String also) {
    List<String> wrong =
        checks.stream().filter(c -> c.verdict() == Verdict.WRONG).map(PathCheck::why).toList();
    if (!wrong.isEmpty()) {
      throw new WrongDevice(String.join("; ", wrong) + also);
    }
  }

  /**
   * What the kernel read when it made the device is all that it goes by. A device that nobody uses
   * is made anew where that may be another's, or where its path was write-protected then: it would
   * stay so for ever.
   */
  private PathCheck outOfDate(PathCheck check) {
    Optional<String> block = check.device().block();
    if (!check.ours() || block.isEmpty() || !blocks.holders(block.get()).isEmpty()) {
      return check;
    }
    String device = check.device().describe();
    if (check.device().kept().isEmpty()) {
      return new PathCheck(
          check.device(), Verdict.STALE, device + ": the kernel does not know who it is");
    }
    return blocks.readOnly(block.get())
        ? new PathCheck(
            check.device(),
            Verdict.STALE,
            device + " was write-protected when the kernel made it, and nobody uses it")
        : check;
  }

  /** Not one whose nodes are still to come, nor a stale one, which is gone by now. */
  private static boolean settled(PathCheck check) {
    return check.verdict() == Verdict.WRONG || (check.ours() && check.device().block().isPresent());
  }

  private static Set<Hctl> without(Set<Hctl> addresses, List<PathCheck> checks) {
    var left = new LinkedHashSet<>(addresses);
    checks.forEach(c -> left.remove(c.device().address()));
    return left;
  }

  /**
   * All begin together, each at its host's line: then udev is through with them at about the same
   * time, and multipathd makes a map of all. A path that comes while udev is at work on the map
   * waits until that is done.
   *
   * @return what failed, with why
   */
  private Map<Hctl, String> scan(
      Map<Hctl, IscsiSession> missing, Lun lun, Hold hold, Deadline deadline) {
    var began = new CountDownLatch(missing.size());
    ScanTurns.Call call = turns.call();
    var tasks = new ArrayList<Callable<Boolean>>();
    missing.forEach(
        (address, session) ->
            tasks.add(
                () -> {
                  began.countDown();
                  boolean together = began.await(START.toMillis(), TimeUnit.MILLISECONDS);
                  scan(lun, session, call, deadline);
                  return together;
                }));
    List<Outcome<Boolean>> outcomes =
        Parallel.run("scanning a path", hold, tasks, () -> deadline.atMost(call.patience().left()));
    Map<Hctl, String> trouble = new HashMap<>();
    int i = 0;
    for (Hctl address : missing.keySet()) {
      if (outcomes.get(i++) instanceof Outcome.Failed<Boolean> failed) {
        trouble.put(address, failed.why().messageAndCause());
      }
    }
    return trouble;
  }

  private void scan(Lun lun, IscsiSession session, ScanTurns.Call call, Deadline deadline)
      throws InterruptedException {
    if (!call.await(session.host(), deadline)) {
      throw new DeadlinePassed("waiting for another scan at host " + session.host());
    }
    try {
      if (Thread.interrupted()) {
        throw new InterruptedException("nobody waits for it any more");
      }
      if (!sessions.has(session)) { // its host's number may be another's by now
        throw new NoPath(session.describe() + " ended before it was scanned");
      }
      Hctl a = lun.behind(session);
      steps.run(
          "scan path", step -> bus.scan(step, a.host(), a.channel(), a.target(), lun.number()));
    } finally {
      call.end(session.host());
    }
  }

  /** Until each device that came has its block and SCSI generic nodes; those not there stay so. */
  private void awaitNodes(Set<Hctl> addresses, Deadline deadline) {
    if (addresses.stream().allMatch(this::complete)) {
      return; // as where the map is there
    }
    try (var events = UeventSocket.ofNewDevices()) {
      Optional<Boolean> seen =
          events.await(
              e -> SUBSYSTEMS.contains(e.subsystem()),
              () ->
                  addresses.stream().allMatch(this::complete)
                      ? Optional.of(true)
                      : Optional.empty(),
              deadline.atMost(SCAN));
      if (seen.isEmpty()) {
        log.warn("not every path of {} has its device nodes yet", addresses);
      }
    }
  }

  /** Looked at for each event, so by names alone. */
  private boolean complete(Hctl address) {
    return !devices.exists(address)
        || (there(devices.block(address)) && there(devices.sg(address)));
  }

  private boolean there(Optional<String> name) {
    return name.isPresent() && Files.exists(dev.resolve(name.get()));
  }

  private List<PathCheck> check(
      Lun lun, Map<Hctl, IscsiSession> ways, Set<Hctl> addresses, Deadline deadline) {
    var found = new ArrayList<PathFinder.Path>();
    addresses.forEach(
        a ->
            devices
                .at(a)
                .ifPresent(
                    d -> found.add(new PathFinder.Path(d, Optional.ofNullable(ways.get(a))))));
    return words.of(lun.wwid(), found, deadline);
  }
}
