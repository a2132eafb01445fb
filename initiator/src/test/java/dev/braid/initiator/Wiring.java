package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Ticker;
import dev.braid.base.metric.Metrics;
import dev.braid.base.step.Steps;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.iscsi.LunLimit;
import dev.braid.linux.iscsi.NodeFolder;
import dev.braid.linux.iscsi.NodeRecords;
import dev.braid.linux.iscsi.change.RecordFiles;
import dev.braid.linux.kmod.Modules;
import dev.braid.linux.kmod.change.Modprobe;
import dev.braid.linux.lock.FileLocks;
import dev.braid.linux.lock.Locks;
import dev.braid.linux.loop.Loops;
import dev.braid.linux.multipath.MultipathdBacklog;
import dev.braid.linux.multipath.MultipathdSocket;
import dev.braid.linux.multipath.change.Multipathd;
import dev.braid.linux.net.Echo.Outcome;
import dev.braid.linux.net.Neighbours;
import dev.braid.linux.net.Routes;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.sysfs.ScsiDevices;
import dev.braid.linux.sysfs.change.ScsiBus;
import dev.braid.linux.systemd.Systemd;
import dev.braid.linux.systemd.change.Systemctl;
import dev.braid.linux.uevent.UdevDatabase;
import dev.braid.linux.wait.KernelWaits;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Attach, Rejoin and what they are made of, put together as on a host, over one that is made up.
 */
final class Wiring {

  private final TwoPaths lun;
  private final FakeIscsi iscsi;
  private final Path host;
  private final Steps steps = Steps.unobserved();

  /** What {@link Rejoin} has found of the portals. */
  final PortalWatch watch;

  /** How packets get to the portals, where the host has a route there. */
  PacketSize.Ping ping = (address, bytes, deadline) -> Outcome.ANSWERED;

  Wiring(TwoPaths lun) {
    this.lun = lun;
    this.iscsi = lun.iscsi;
    this.host = lun.host;
    this.watch =
        new PortalWatch(new IscsiSessions(iscsi.sys), reasons(), Clock.systemUTC(), new Metrics());
  }

  MapWait mapWait() {
    return new MapWait(
        maps(),
        multipathd(),
        new MultipathdBacklog(socket()),
        new ScsiBus(iscsi.sys),
        new BlockTree(iscsi.sys),
        finder(),
        new UdevDatabase(host.resolve("udev")),
        Duration.ofMillis(50),
        steps);
  }

  Assembly assembly() {
    return new Assembly(scan(), writes(), mapWait(), finder(), new PathWords(identity()));
  }

  Detach detach() {
    return new Detach(locks(), removal(), maps(), () -> {});
  }

  Attach attach() {
    return new Attach(
        locks(),
        setup(),
        portals(),
        reasons(),
        assembly(),
        maps(),
        removal(),
        known(),
        seen(),
        steps);
  }

  /**
   * @param ticker how long what was refused has waited
   */
  Rejoin rejoin(Ticker ticker) {
    var sessions = new IscsiSessions(iscsi.sys);
    return new Rejoin(
        locks(),
        known(),
        seen(),
        sessions,
        finder(),
        new ReturnedPortals(sessions, (target, portal, deadline) -> false, ticker),
        portals(),
        assembly(),
        maps(),
        watch,
        new Uninvited(
            new ScsiDevices(iscsi.sys), sessions, new BlockTree(iscsi.sys), lun.map, known()),
        tidying(),
        ticker,
        steps);
  }

  /** As an attach does, before there is a path. */
  void note() {
    note(TwoPaths.LUN);
  }

  void note(Lun noted) {
    steps.run("note LUN", step -> known().note(step, noted));
    seen().remember(noted.wwid(), Deadline.after(Duration.ofSeconds(10)));
  }

  /** Whether multipath is to forget it. */
  boolean isLetGo() {
    return gone().has(TwoPaths.WWID);
  }

  boolean isNoted() {
    return known().has(TwoPaths.WWID);
  }

  Locks locks() {
    return new FileLocks(host.resolve("locks"), Clock.systemUTC());
  }

  private KnownLuns known() {
    return new KnownLuns(host.resolve("luns"));
  }

  private GoneLuns gone() {
    return new GoneLuns(host.resolve("luns/gone"));
  }

  private Seen seen() {
    return new Seen(host.resolve("etc/multipath"), gone(), steps);
  }

  private HostSetup setup() {
    var paths = HostPaths.of(host, host.resolve("state"), host.resolve("locks"));
    return new HostSetup(
        locks(),
        new KernelModules(new Modules(host.resolve("sys")), new Modprobe(iscsi), steps),
        new UdevRules(host.resolve("udev"), steps),
        new MultipathConfig(host.resolve("etc/multipath"), socket(), multipathd(), steps),
        new ShutdownUnit(paths, new Systemd(paths.units(), iscsi), new Systemctl(iscsi), steps),
        List::of,
        List::of);
  }

  private Portals portals() {
    var sessions = new IscsiSessions(iscsi.sys);
    return new Portals(
        sessions,
        new DeadPortals(sessions, (portal, deadline) -> Optional.empty(), diagnosis()),
        new Logins(sessions, own(), records(), iscsi.iscsiadm(), steps),
        reasons(),
        new Strays(iscsi.programs(), sessions),
        locks());
  }

  private Removal removal() {
    var sessions = new IscsiSessions(iscsi.sys);
    var devices = new ScsiDevices(iscsi.sys);
    return new Removal(
        finder(),
        new PathWords(identity()),
        maps(),
        devices,
        new ScsiBus(iscsi.sys),
        new BlockTree(iscsi.sys),
        use(),
        tidying(),
        own(),
        watch,
        known(),
        seen(),
        steps);
  }

  private Tidying tidying() {
    var sessions = new IscsiSessions(iscsi.sys);
    return new Tidying(
        sessions,
        new ScsiDevices(iscsi.sys),
        own(),
        records(),
        new Logouts(sessions, iscsi.iscsiadm(), steps),
        new Strays(iscsi.programs(), sessions),
        locks(),
        Ticker.SYSTEM);
  }

  private OwnPortals own() {
    return new OwnPortals(host.resolve("targets"));
  }

  private OwnRecords records() {
    var nodes = new NodeFolder(List.of(host.resolve("nodes")));
    return new OwnRecords(
        own(),
        new NodeRecords(nodes),
        new RecordFiles(nodes),
        new ChapSecrets(Optional.empty()),
        Clock.systemUTC(),
        steps);
  }

  private Reasons reasons() {
    return new Reasons(new IscsiSessions(iscsi.sys), diagnosis(), () -> FakeIscsi.TARGET);
  }

  private Diagnosis diagnosis() {
    var routes = new Routes(host.resolve("route"), iscsi.sys);
    return new Diagnosis(
        new Neighbours(host.resolve("arp")),
        routes,
        new PacketSize(routes, (address, bytes, deadline) -> ping.send(address, bytes, deadline)),
        new ChapSecrets(Optional.empty()));
  }

  Portals.Way way() {
    return new Portals.Way(
        Hold.ofNothing(), iscsi.sessions().stream().filter(IscsiSession::up).toList(), Map.of());
  }

  private PathScan scan() {
    Path sys = iscsi.sys;
    var devices = new ScsiDevices(sys);
    var bus = new ScsiBus(sys);
    return new PathScan(
        devices,
        bus,
        new IscsiSessions(sys),
        new PathWords(identity()),
        new ScanTurns(Duration.ofSeconds(1), Ticker.SYSTEM),
        new StaleDevices(devices, bus, use(), steps),
        writes(),
        new PathSizes(devices, bus, steps),
        new LunLimit(sys),
        new BlockTree(sys),
        host.resolve("dev"),
        steps);
  }

  private PathUse use() {
    return new PathUse(
        new BlockTree(iscsi.sys),
        new Loops(iscsi.sys.resolve("block")),
        node -> false,
        (number, patience) -> List.of(),
        host.resolve("dev"));
  }

  private WriteCheck writes() {
    return new WriteCheck(
        lun.scsi(), new IscsiSessions(iscsi.sys), new BlockTree(iscsi.sys), host.resolve("dev"));
  }

  private PathFinder finder() {
    return new PathFinder(
        new ScsiDevices(iscsi.sys),
        new IscsiSessions(iscsi.sys),
        new BlockTree(iscsi.sys),
        lun.map,
        identity());
  }

  private Identity identity() {
    return new Identity(lun.scsi(), host.resolve("dev"));
  }

  private Maps maps() {
    return new Maps(
        lun.map,
        lun.map,
        multipathd(),
        new BlockTree(iscsi.sys),
        (device, deadline) -> List.of(),
        new KernelWaits(Clock.systemUTC()),
        steps);
  }

  private Multipathd multipathd() {
    return new Multipathd(socket());
  }

  private MultipathdSocket socket() {
    return new MultipathdSocket(lun.multipathdSocket(), "/braid-test/" + host);
  }
}
