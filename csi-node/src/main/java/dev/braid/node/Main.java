package dev.braid.node;

import dev.braid.base.BootId;
import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.Repeater;
import dev.braid.base.Version;
import dev.braid.base.Wwid;
import dev.braid.base.chap.ChapFolder;
import dev.braid.base.error.BraidException;
import dev.braid.base.metric.Metrics;
import dev.braid.base.metric.StepMetrics;
import dev.braid.base.settings.Setting;
import dev.braid.base.settings.Settings;
import dev.braid.base.step.KillPoint;
import dev.braid.base.step.StepObserver;
import dev.braid.base.step.Steps;
import dev.braid.initiator.Attached;
import dev.braid.initiator.HostPaths;
import dev.braid.initiator.Initiator;
import dev.braid.initiator.Lun;
import dev.braid.initiator.Reach;
import dev.braid.initiator.Rotation;
import dev.braid.linux.block.BlockDevices;
import dev.braid.linux.block.change.KernelBlockChange;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.exec.ChrootExec;
import dev.braid.linux.exec.CountedExec;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.exec.HostExec;
import dev.braid.linux.file.change.HostFiles;
import dev.braid.linux.filesystem.Blkid;
import dev.braid.linux.filesystem.change.E2fsprogs;
import dev.braid.linux.iscsi.InitiatorName;
import dev.braid.linux.libc.Posix;
import dev.braid.linux.lock.FileLocks;
import dev.braid.linux.mount.MountTable;
import dev.braid.linux.mount.change.KernelMounts;
import dev.braid.linux.proc.Boot;
import dev.braid.linux.proc.Holders;
import dev.braid.rpc.CallMetrics;
import dev.braid.rpc.RpcServer;
import dev.braid.san.KubernetesInitiators;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node plugin. It ends on SIGTERM, or at any moment; volumes stay in use without it. With
 * arguments it is an administrator's command instead, and ends when that is done.
 */
public final class Main {

  private static final Logger log = LoggerFactory.getLogger(Main.class);

  /** How long multipathd may take to read new settings at the start. */
  private static final Duration RECONFIGURE = Duration.ofSeconds(30);

  /** Nobody tells when a portal that was dead answers again. */
  private static final Duration LOOK = Duration.ofSeconds(10);

  /** For one target's logins, or one LUN's paths. */
  private static final Duration REJOIN = Duration.ofSeconds(30);

  /** For a login with new credentials, until its paths are back in their maps. */
  private static final Duration ROTATE = Duration.ofMinutes(1);

  /** For a volume's lock, which a call may have that waits for a path. */
  private static final Duration ORDER = Duration.ofMinutes(3);

  /** Folders of the state. */
  private static final String STAGED = "staged";

  private static final String DISCARD = "discard";

  private static final Path INITIATOR_NAME = Path.of("/etc/iscsi/initiatorname.iscsi");

  private Main() {}

  public static void main(String[] args) throws InterruptedException {
    List<String> arguments = List.of(args);
    try {
      if (arguments.isEmpty()) {
        run();
      } else if (arguments.get(0).equals(OrderDiscard.COMMAND)) {
        discard(arguments.subList(1, arguments.size()));
      } else {
        log.error("usage: braid-node [{}]", OrderDiscard.usage("POOL/SERIAL"));
        System.exit(2);
      }
    } catch (BraidException e) {
      log.error(
          "{}: {}",
          arguments.isEmpty() ? "the node plugin cannot start" : "nothing is ordered",
          e.messageAndCause());
      log.debug("what failed", e);
      System.exit(1);
    }
  }

  /** Beside the running plugin, whose settings it has in its container, or is given by hand. */
  private static void discard(List<String> arguments) {
    var wanted = OrderDiscard.Wanted.parse(arguments);
    var declared = List.<Setting<?>>of(NodeSettings.STATE_FOLDER, NodeSettings.LOCK_FOLDER);
    var environment = new HashMap<>(System.getenv());
    environment.keySet().retainAll(declared.stream().map(Setting::name).toList());
    Settings settings = Settings.read(environment, declared);
    var steps = Steps.unobserved();
    var files = new HostFiles();
    Path state = settings.get(NodeSettings.STATE_FOLDER);
    var boot = Boot.id();
    var records = new StageRecords(state.resolve(STAGED), boot, files, steps);
    var orders = new DiscardOrders(state.resolve(DISCARD), files, steps);
    var locks = new VolumeLocks(new FileLocks(settings.get(NodeSettings.LOCK_FOLDER), clock()));
    var maps = DeviceMapper.ofKernel();
    new OrderDiscard(locks, maps, orders, records, boot, clock())
        .order(wanted, Deadline.after(ORDER));
  }

  private static void run() throws InterruptedException {
    Settings settings = Settings.read(System.getenv(), NodeSettings.ALL);
    log.info("node plugin {}", Version.TEXT);
    settings.lines().forEach(log::info);

    var metrics = new Metrics();
    var steps = new Steps(observers(settings, metrics));
    var processes = CountedExec.counter(metrics);
    var exec = new CountedExec(new HostExec(), processes);
    var hostExec = new CountedExec(ofHost(settings, new HostExec()), processes);
    var files = new HostFiles();
    Path state = settings.get(NodeSettings.STATE_FOLDER);
    for (String name : List.of(STAGED, DISCARD)) {
      steps.run("make state folder", step -> files.makeFolder(step, state.resolve(name)));
    }

    Path lockFolder = settings.get(NodeSettings.LOCK_FOLDER);
    var chap = settings.get(NodeSettings.CHAP_FOLDER).map(ChapFolder::new);
    var initiator =
        Initiator.ofHost(paths(settings, lockFolder), chap, hostExec, steps, clock(), metrics);
    initiator.udevRules().ensure();
    initiator.multipathConfig().ensure(Deadline.after(RECONFIGURE));
    var gate = initiator.gate();

    var boot = Boot.id();
    var locks = new VolumeLocks(new FileLocks(lockFolder, clock()));
    var records = new StageRecords(state.resolve(STAGED), boot, files, steps);
    var orders = new DiscardOrders(state.resolve(DISCARD), files, steps);
    orders.removeAllBut(boot);
    var paths = Repeater.every(LOOK, "missing paths", () -> initiator.rejoin().look(REJOIN));
    Optional<Repeater> rotation =
        chap.map(on -> rotation(initiator.rotation(), paths::wake, metrics));
    var attacher = attacher(initiator, paths::wake);
    var maps = DeviceMapper.ofKernel();
    var blocks = BlockDevices.ofKernel();
    var mounts = new KernelMounts(exec);
    var mountTable = mountTable(settings);
    var holders = Holders.ofKernel();
    var unmount = new Unmount(mounts, mountTable, holders, steps);
    var discard = new Discard(orders, records, boot, attacher, mountTable, holders, clock());
    var fileSystems =
        new FileSystems(
            blocks, new KernelBlockChange(), new Blkid(exec), new E2fsprogs(exec), steps);
    var name = settings.get(NodeSettings.NODE_NAME);
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
                fileSystems,
                mountTable,
                mounts,
                steps),
            new UnstageVolume(
                locks, records, attacher, attestor, maps, mountTable, unmount, discard),
            new PublishVolume(locks, maps, blocks, mountTable, mounts, files, steps),
            new UnpublishVolume(locks, maps, blocks, mountTable, unmount, discard, files, steps),
            new VolumeWatch(maps, blocks, mountTable, initiator.health()::of));

    var endpoint = settings.get(NodeSettings.ENDPOINT);
    var server =
        RpcServer.onUnixSocket(
            endpoint,
            List.of(new IdentityService(Version.TEXT), node),
            List.of(new CallMetrics(metrics)));
    PathMetrics.register(metrics, initiator.health(), initiator.uninvited());
    gate.wrong(); // the first look says what is
    var kubelet = Kubelet.open(settings, gate::wrong, records::any, metrics);
    channel.ifPresent(InitiatorChannel::start); // the socket is there: nothing waits for it
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  rotation.ifPresent(Repeater::close);
                  paths.close();
                  stop(server, kubelet);
                  channel.ifPresent(InitiatorChannel::close);
                },
                "stop"));
    server.awaitEnd();
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
      Steps steps) {
    Supplier<Iqn> hostName = () -> InitiatorName.read(INITIATOR_NAME);
    return new InitiatorChannel(
        name,
        records,
        KubernetesInitiators::connect,
        new Introduction(name, boot, hostName, steps),
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

  private static Supplier<MountTable> mountTable(Settings settings) {
    return settings
        .get(NodeSettings.HOST_ROOT)
        .<Supplier<MountTable>>map(root -> () -> MountTable.ofSelf().asOnHost(root))
        .orElse(MountTable::ofSelf);
  }

  private static Exec ofHost(Settings settings, Exec exec) {
    return settings
        .get(NodeSettings.HOST_ROOT)
        .<Exec>map(root -> new ChrootExec(exec, root))
        .orElse(exec);
  }

  private static Clock clock() {
    return Clock.systemUTC();
  }

  private static HostPaths paths(Settings settings, Path locks) {
    return HostPaths.of(
        settings.get(NodeSettings.HOST_ROOT).orElse(Path.of("/")),
        settings.get(NodeSettings.STATE_FOLDER),
        locks);
  }

  private static Attacher attacher(Initiator initiator, Runnable lacking) {
    return new Attacher() {
      @Override
      public Attached attach(Lun lun, Deadline deadline) {
        Attached attached = initiator.attach().attach(lun, deadline);
        if (attached.paths() < lun.portals().size()) {
          lacking.run();
        }
        return attached;
      }

      @Override
      public void detach(Wwid wwid, Deadline deadline) {
        initiator.detach().detach(wwid, deadline);
      }

      @Override
      public Reach reach(Wwid wwid, Deadline deadline) {
        return initiator.detach().reach(wwid, deadline);
      }

      @Override
      public void stopQueueing(Wwid wwid, Deadline deadline) {
        initiator.detach().stopQueueing(wwid, deadline);
      }
    };
  }

  private static List<StepObserver> observers(Settings settings, Metrics metrics) {
    var observers = new ArrayList<StepObserver>(List.of(new StepMetrics(metrics)));
    settings
        .get(NodeSettings.KILL_POINT_FOLDER)
        .ifPresent(folder -> observers.add(new KillPoint(folder, Posix::killSelf)));
    return observers;
  }
}
