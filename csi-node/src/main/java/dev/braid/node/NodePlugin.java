package dev.braid.node;

import dev.braid.base.BootId;
import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.Repeater;
import dev.braid.base.Ticker;
import dev.braid.base.Version;
import dev.braid.base.chap.ChapFolder;
import dev.braid.base.metric.Metrics;
import dev.braid.base.metric.StepMetrics;
import dev.braid.base.settings.Settings;
import dev.braid.base.step.KillPoint;
import dev.braid.base.step.StepObserver;
import dev.braid.base.step.Steps;
import dev.braid.initiator.Initiator;
import dev.braid.initiator.Rotation;
import dev.braid.linux.block.BlockDevices;
import dev.braid.linux.block.change.KernelBlockChange;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.exec.CountedExec;
import dev.braid.linux.exec.HostExec;
import dev.braid.linux.file.change.HostFiles;
import dev.braid.linux.filesystem.Blkid;
import dev.braid.linux.filesystem.change.E2fsprogs;
import dev.braid.linux.iscsi.InitiatorName;
import dev.braid.linux.libc.Posix;
import dev.braid.linux.mount.MountTable;
import dev.braid.linux.mount.change.KernelMounts;
import dev.braid.linux.proc.Boot;
import dev.braid.linux.proc.Holders;
import dev.braid.linux.proc.Priority;
import dev.braid.linux.proc.Programs;
import dev.braid.linux.wait.KernelWaits;
import dev.braid.rpc.CallMetrics;
import dev.braid.rpc.CallSteps;
import dev.braid.rpc.RetryMetrics;
import dev.braid.rpc.RpcServer;
import dev.braid.rpc.StepLog;
import dev.braid.san.KubernetesInitiators;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires the node plugin to its host and serves CSI. */
final class NodePlugin {

  private static final Logger log = LoggerFactory.getLogger(NodePlugin.class);

  /** For what Braid puts on this host, multipathd's and systemd's part in it included. */
  private static final Duration SETUP = Duration.ofSeconds(90);

  /** Nobody tells when a portal that was dead answers again. */
  private static final Duration LOOK = Duration.ofSeconds(10);

  /** For one target's logins, or one LUN's paths. */
  private static final Duration REJOIN = Duration.ofSeconds(30);

  /** For a login with new credentials, until its paths are back in their maps. */
  private static final Duration ROTATE = Duration.ofMinutes(1);

  private static final Path INITIATOR_NAME = Path.of("/etc/iscsi/initiatorname.iscsi");

  private NodePlugin() {}

  /** Returns when it is told to end, by SIGTERM. */
  static void serve(Settings settings) throws InterruptedException {
    log.info("node plugin {}", Version.TEXT);
    settings.lines().forEach(log::info);
    Priority.putAhead(); // before there are other threads

    var metrics = new Metrics();
    var callSteps = new CallSteps();
    var steps = new Steps(observers(settings, metrics, callSteps));
    var processes = CountedExec.counter(metrics);
    var exec = new CountedExec(new HostExec(), processes);
    var host = HostRoot.of(settings);
    var hostExec = new CountedExec(host.exec(new HostExec()), processes);
    var files = new HostFiles();
    var state = StateFolders.of(settings);
    state.make(files, steps);

    var name = settings.get(NodeSettings.NODE_NAME);
    var chap = settings.get(NodeSettings.CHAP_FOLDER).map(ChapFolder::new);
    var namesakes = new Namesakes(name, Ticker.SYSTEM);
    var waits = new KernelWaits(clock());
    var initiator =
        Initiator.ofHost(
            host.paths(state.folder(), settings.get(NodeSettings.LOCK_FOLDER)),
            chap,
            hostExec,
            waits,
            steps,
            clock(),
            metrics,
            namesakes::wrong);
    initiator.hostSetup().tryEnsure(Deadline.after(SETUP));
    var gate = initiator.gate();

    var boot = Boot.id();
    var locks = new VolumeLocks(initiator.locks());
    var records = state.records(boot, files, steps);
    var orders = state.orders(files, steps);
    orders.removeAllBut(boot);
    var unheard = state.unheardWrites(boot, files);
    unheard.removeAllButThisBoots(steps);
    var paths = Repeater.every(LOOK, "missing paths", () -> look(initiator));
    Optional<Repeater> rotation =
        chap.map(on -> rotation(initiator.rotation(), paths::wake, metrics));
    var attacher = new InitiatorAttacher(initiator, paths::wake);
    var maps = DeviceMapper.ofKernel();
    var work = new MapWork(maps, waits);
    var blocks = BlockDevices.ofKernel();
    var mounts = new KernelMounts(exec);
    var mountTable = host.mountTable();
    var turned = new TurnedReadOnly(Path.of("/sys"), Path.of("/proc"));
    var holders = Holders.ofKernel();
    var programs = new Programs(Path.of("/proc"));
    var writeOut = new WriteOut(mounts, initiator.locks(), programs, unheard, steps);
    var unmount = new Unmount(mounts, writeOut, holders, steps);
    var discard =
        new Discard(orders, records, boot, attacher, mountTable, turned, holders, clock());
    var fileSystems =
        new FileSystems(
            work, blocks, new KernelBlockChange(), new Blkid(exec), new E2fsprogs(exec), steps);
    Optional<InitiatorChannel> channel =
        settings.get(NodeSettings.KUBERNETES)
            ? Optional.of(
                channel(
                    name,
                    boot,
                    records,
                    locks,
                    initiator.look()::at,
                    discard,
                    attacher,
                    maps,
                    mountTable,
                    namesakes,
                    steps))
            : Optional.empty();
    Attestor attestor =
        channel.<Attestor>map(c -> c).orElseGet(() -> Attestor.toLog(records, steps));
    var node =
        new NodeService(
            name,
            settings.get(NodeSettings.MAX_VOLUMES),
            new StageVolume(
                gate::check,
                locks,
                records,
                boot,
                attestor,
                discard,
                attacher,
                maps,
                work,
                fileSystems,
                mountTable,
                turned,
                mounts,
                steps),
            new UnstageVolume(
                locks, records, attacher, attestor, maps, mountTable, turned, unmount, discard),
            new PublishVolume(locks, maps, work, blocks, mountTable, turned, mounts, files, steps),
            new UnpublishVolume(locks, maps, blocks, mountTable, unmount, discard, files, steps),
            new VolumeWatch(maps, work, blocks, mountTable, turned, initiator.health()::of),
            new StorageWatch(initiator.health()::targets));

    var endpoint = settings.get(NodeSettings.ENDPOINT);
    var server =
        RpcServer.onUnixSocket(
            endpoint,
            List.of(new IdentityService(Version.TEXT), node),
            List.of(new CallMetrics(metrics)),
            callSteps);
    PathMetrics.register(metrics, initiator.health(), initiator.uninvited(), initiator.clocks());
    gate.wrong(); // the first look says what is
    var hostWatch = initiator.watchHost();
    var kubelet = Kubelet.open(settings, gate::wrong, records::any, metrics);
    channel.ifPresent(InitiatorChannel::start); // the socket is there: nothing waits for it
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  rotation.ifPresent(Repeater::close);
                  paths.close();
                  hostWatch.close();
                  stop(server, kubelet);
                  channel.ifPresent(InitiatorChannel::close);
                },
                "stop"));
    server.awaitEnd();
  }

  private static void look(Initiator initiator) {
    initiator.hostSetup().mend(Deadline.after(SETUP));
    initiator.rejoin().look(REJOIN);
  }

  /** On a thread of its own: it waits for paths that the other one brings. */
  private static Repeater rotation(Rotation rotation, Runnable pathMissing, Metrics metrics) {
    metrics.gauge(
        "braid_chap_pending",
        "Targets with sessions that are still to be logged in with the CHAP credentials of now.",
        rotation::pending);
    return Repeater.every(LOOK, "CHAP rotation", () -> rotation.look(ROTATE, pathMissing));
  }

  private static InitiatorChannel channel(
      NodeName name,
      BootId boot,
      StageRecords records,
      VolumeLocks locks,
      Debts.Look look,
      Discard discard,
      Attacher attacher,
      DeviceMapper maps,
      Supplier<MountTable> mountTable,
      Namesakes namesakes,
      Steps steps) {
    Supplier<Iqn> hostName = () -> InitiatorName.read(INITIATOR_NAME);
    return new InitiatorChannel(
        name,
        records,
        KubernetesInitiators::connect,
        new Introduction(name, boot, hostName, namesakes, steps),
        new Words(name, boot, records, locks, steps),
        new Debts(
            name, boot, hostName, locks, records, look, discard, attacher, maps, mountTable, steps),
        steps);
  }

  /** What kubelet knows us by goes last, after the calls in flight. */
  private static void stop(RpcServer server, Kubelet kubelet) {
    try (kubelet) {
      server.close();
    }
  }

  private static Clock clock() {
    return Clock.systemUTC();
  }

  private static List<StepObserver> observers(
      Settings settings, Metrics metrics, CallSteps callSteps) {
    var observers =
        new ArrayList<StepObserver>(
            List.of(new StepMetrics(metrics), new RetryMetrics(metrics), new StepLog(), callSteps));
    settings
        .get(NodeSettings.KILL_POINT_FOLDER)
        .ifPresent(folder -> observers.add(new KillPoint(folder, Posix::killSelf)));
    return observers;
  }
}
