package dev.braid.initiator;

import dev.braid.base.Iqn;
import dev.braid.base.Repeater;
import dev.braid.base.Ticker;
import dev.braid.base.chap.ChapFolder;
import dev.braid.base.metric.Metrics;
import dev.braid.base.step.Steps;
import dev.braid.linux.block.Claims;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.dm.change.KernelDeviceMapperChange;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.file.change.HostFiles;
import dev.braid.linux.iscsi.InitiatorName;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.iscsi.LunLimit;
import dev.braid.linux.iscsi.NodeFolder;
import dev.braid.linux.iscsi.NodeRecords;
import dev.braid.linux.iscsi.OpenIscsiVersions;
import dev.braid.linux.iscsi.change.Iscsiadm;
import dev.braid.linux.iscsi.change.RecordFiles;
import dev.braid.linux.iscsi.change.RecordLock;
import dev.braid.linux.kmod.Modules;
import dev.braid.linux.kmod.change.Modprobe;
import dev.braid.linux.lock.FileLocks;
import dev.braid.linux.lock.Locks;
import dev.braid.linux.lock.MeteredLocks;
import dev.braid.linux.loop.Loops;
import dev.braid.linux.multipath.MultipathdBacklog;
import dev.braid.linux.multipath.MultipathdSocket;
import dev.braid.linux.multipath.change.Multipathd;
import dev.braid.linux.net.Echo;
import dev.braid.linux.net.Neighbours;
import dev.braid.linux.net.RemoteClock;
import dev.braid.linux.net.Routes;
import dev.braid.linux.proc.Holders;
import dev.braid.linux.proc.Programs;
import dev.braid.linux.scsi.PunctualScsi;
import dev.braid.linux.scsi.Sg;
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
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Wires the verbs of this package to the machine they run on. */
public final class Initiator {

  /** For what was at work at the last look: of what is detached the worker is told. */
  private static final Duration PRUNE = Duration.ofSeconds(10);

  /**
   * From the end of a detach until it is forgotten: past the end of its call, and for LUNs that go
   * together. Not longer: where somebody else's scan brings a LUN back that multipath still knows,
   * it makes a map of it.
   */
  private static final Duration FLOCK = Duration.ofMillis(200);

  private final Locks locks;
  private final Attach attach;
  private final Detach detach;
  private final Rejoin rejoin;
  private final Rotation rotation;
  private final Look look;
  private final Uninvited uninvited;
  private final Health health;
  private final HostSetup hostSetup;
  private final Gate gate;
  private final Clocks clocks;
  private final Supplier<HostWatch> hostWatch;

  private Initiator(
      Locks locks,
      Attach attach,
      Detach detach,
      Rejoin rejoin,
      Rotation rotation,
      Look look,
      Uninvited uninvited,
      Health health,
      HostSetup hostSetup,
      Gate gate,
      Clocks clocks,
      Supplier<HostWatch> hostWatch) {
    this.locks = locks;
    this.attach = attach;
    this.detach = detach;
    this.rejoin = rejoin;
    this.rotation = rotation;
    this.look = look;
    this.uninvited = uninvited;
    this.health = health;
    this.hostSetup = hostSetup;
    this.gate = gate;
    this.clocks = clocks;
    this.hostWatch = hostWatch;
  }

  /**
   * For this host, of which there is one in a process. Needs root, and the host's network
   * namespace. Makes the folder of the locks, as they lie where a reboot clears them away. A thread
   * of its own goes on until the process ends: the one of {@link Pruning}.
   *
   * @param chap credentials for targets; empty: without CHAP
   * @param waits what the caller does with a LUN's map besides, which then is known here too
   * @param othersWrong what the caller knows to be wrong with this host, for its gate
   */
  public static Initiator ofHost(
      HostPaths paths,
      Optional<ChapFolder> chap,
      Exec exec,
      KernelWaits waits,
      Steps steps,
      Clock clock,
      Metrics metrics,
      Supplier<List<String>> othersWrong) {
    var sessions = new IscsiSessions(paths.sysfs());
    var devices = new ScsiDevices(paths.sysfs());
    var blocks = new BlockTree(paths.sysfs());
    var udev = new UdevDatabase(paths.udev());
    var bus = new ScsiBus(paths.sysfs());
    var programs = new Programs(paths.proc());
    var iscsiadm = new Iscsiadm(exec, new RecordLock(paths.recordLock(), programs, clock));
    var nodes = new NodeFolder(paths.nodeRecords());
    var socket = new MultipathdSocket();
    var multipathd = new Multipathd(socket);
    var dm = DeviceMapper.ofKernel();
    var holders = Holders.ofKernel();
    var files = new HostFiles();
    Path goneLuns = paths.luns().resolve("gone");
    for (Path folder : List.of(paths.locks(), paths.targets(), paths.luns(), goneLuns)) {
      steps.run("make folder", step -> files.makeFolder(step, folder));
    }
    Locks locks = new MeteredLocks(new FileLocks(paths.locks(), clock), metrics);
    var own = new OwnPortals(paths.targets());
    var secrets = new ChapSecrets(chap);
    var records =
        new OwnRecords(own, new NodeRecords(nodes), new RecordFiles(nodes), secrets, clock, steps);
    var strays = new Strays(programs, sessions);
    var known = new KnownLuns(paths.luns());
    var gone = new GoneLuns(goneLuns);
    var seen = new Seen(paths.multipath(), gone, steps);

    var scsi = new Sg();
    var identity = new Identity(scsi, paths.dev()); // for threads that can be left behind
    var punctual = new PunctualScsi(scsi, waits);
    var inCall = new Identity(punctual, paths.dev());
    var routes = new Routes(paths.net().resolve("route"), paths.sysfs());
    var diagnosis =
        new Diagnosis(
            new Neighbours(paths.net().resolve("arp")),
            routes,
            new PacketSize(routes, Echo::send),
            secrets);
    Supplier<Iqn> self = () -> InitiatorName.read(paths.initiatorName());
    var deadPortals = new DeadPortals(sessions, PortalProbe::tcp, diagnosis);
    var returned =
        new ReturnedPortals(
            sessions,
            (target, portal, deadline) -> diagnosis.letsIn(self.get(), target, portal, deadline),
            Ticker.SYSTEM);
    var reasons = new Reasons(sessions, diagnosis, self);
    var logins = new Logins(sessions, own, records, iscsiadm, steps);
    var portals = new Portals(sessions, deadPortals, logins, reasons, strays, locks);
    var logouts = new Logouts(sessions, iscsiadm, steps);
    var tidying =
        new Tidying(sessions, devices, own, records, logouts, strays, locks, Ticker.SYSTEM);
    var finder = new PathFinder(devices, sessions, blocks, dm, inCall);
    var maps =
        new Maps(dm, new KernelDeviceMapperChange(), multipathd, blocks, holders, waits, steps);
    var loops = new Loops(paths.sysfs().resolve("block"));
    var use = new PathUse(blocks, loops, Claims.ofKernel(), holders, paths.dev());
    var watch = new PortalWatch(sessions, reasons, clock, metrics);
    var words = new PathWords(identity);
    var removal =
        new Removal(
            finder, words, maps, devices, bus, blocks, use, tidying, own, watch, known, seen,
            steps);
    var backlog = new MultipathdBacklog(socket);
    var wait =
        new MapWait(
            maps, multipathd, backlog, bus, blocks, finder, udev, MapWait.OWN_ACCORD, steps);
    var writes = new WriteCheck(punctual, sessions, blocks, paths.dev());
    var scan =
        new PathScan(
            devices,
            bus,
            sessions,
            words,
            new ScanTurns(PathScan.SCAN, Ticker.SYSTEM),
            new StaleDevices(devices, bus, use, steps),
            writes,
            new PathSizes(devices, bus, steps),
            new LunLimit(paths.sysfs()),
            blocks,
            paths.dev(),
            steps);
    var uninvited = new Uninvited(devices, sessions, blocks, dm, known);
    var assembly = new Assembly(scan, writes, wait, finder, words);
    var clocks =
        new Clocks(known::all, (address, patience) -> RemoteClock.ahead(address, clock, patience));
    var shutdownUnit =
        new ShutdownUnit(paths, new Systemd(paths.units(), exec), new Systemctl(exec), steps);
    List<Doubt> doubts =
        List.of(
            clocks,
            new MapTables(() -> known.all().stream().map(Lun::wwid).toList(), dm),
            new StoppedIscsid(programs),
            new StoppedShutdownUnit(shutdownUnit, locks));
    var setup =
        new HostSetup(
            locks,
            new KernelModules(new Modules(paths.sysfs()), new Modprobe(exec), steps),
            new UdevRules(paths.udev(), steps),
            new MultipathConfig(paths.multipath(), socket, multipathd, steps),
            shutdownUnit,
            own::targets,
            new Attachments(dm, devices, sessions, own, known)::all);
    var gate =
        new Gate(
            new HostLook(
                paths,
                new OpenIscsiVersions(exec),
                socket,
                () -> Stream.of(othersWrong.get(), setup.wrong()).flatMap(List::stream).toList(),
                Ticker.SYSTEM),
            () -> doubts.stream().flatMap(doubt -> doubt.found().stream()).toList(),
            Ticker.SYSTEM);
    var losses = new PathLosses(known::has, metrics);
    var pruning = new Pruning(gone, seen, known, wwid -> maps.find(wwid).isPresent(), locks, steps);
    var pruner = Repeater.every(PRUNE, FLOCK, "pruning multipath's lists", pruning::look);
    pruner.wake(); // what an earlier start left
    return new Initiator(
        locks,
        new Attach(locks, setup, portals, reasons, assembly, maps, removal, known, seen, steps),
        new Detach(locks, removal, maps, pruner::wake),
        new Rejoin(
            locks,
            known,
            seen,
            sessions,
            finder,
            returned,
            portals,
            assembly,
            maps,
            watch,
            uninvited,
            tidying,
            Ticker.SYSTEM,
            steps),
        new Rotation(
            secrets,
            own,
            new PathNotes(known, own, dm, locks, steps),
            sessions,
            new SessionDevices(sessions, devices, blocks, maps, inCall),
            blocks,
            maps,
            diagnosis,
            self,
            logouts,
            logins,
            strays,
            locks),
        new Look(dm, finder),
        uninvited,
        new Health(dm, blocks, devices, sessions, known, watch),
        setup,
        gate,
        clocks,
        () -> HostWatch.start(doubts, gate, losses));
  }

  /** This host's, for what its caller does around an attach and a detach: their waits count too. */
  public Locks locks() {
    return locks;
  }

  public Attach attach() {
    return attach;
  }

  public Detach detach() {
    return detach;
  }

  public Rejoin rejoin() {
    return rejoin;
  }

  public Rotation rotation() {
    return rotation;
  }

  public Look look() {
    return look;
  }

  public Uninvited uninvited() {
    return uninvited;
  }

  public Health health() {
    return health;
  }

  public HostSetup hostSetup() {
    return hostSetup;
  }

  public Gate gate() {
    return gate;
  }

  public Clocks clocks() {
    return clocks;
  }

  /** Begins to look at this host beside the calls. */
  public HostWatch watchHost() {
    return hostWatch.get();
  }
}
