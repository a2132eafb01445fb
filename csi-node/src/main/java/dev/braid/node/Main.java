package dev.braid.node;

import dev.braid.base.BootId;
import dev.braid.base.Deadline;
import dev.braid.base.NodeName;
import dev.braid.base.Version;
import dev.braid.base.Wwid;
import dev.braid.base.error.BraidException;
import dev.braid.base.settings.Settings;
import dev.braid.base.step.KillPoint;
import dev.braid.base.step.StepObserver;
import dev.braid.base.step.Steps;
import dev.braid.initiator.Attached;
import dev.braid.initiator.HostPaths;
import dev.braid.initiator.Initiator;
import dev.braid.initiator.Lun;
import dev.braid.linux.block.BlockDevices;
import dev.braid.linux.block.change.KernelBlockChange;
import dev.braid.linux.dm.DeviceMapper;
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
import dev.braid.rpc.RpcServer;
import dev.braid.san.KubernetesInitiators;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node plugin. It ends on SIGTERM, or at any moment; volumes stay in use without it. */
public final class Main {

  private static final Logger log = LoggerFactory.getLogger(Main.class);

  /** How long multipathd may take to read new settings at the start. */
  private static final Duration RECONFIGURE = Duration.ofSeconds(30);

  private static final Path INITIATOR_NAME = Path.of("/etc/iscsi/initiatorname.iscsi");

  private Main() {}

  public static void main(String[] args) throws InterruptedException {
    try {
      run();
    } catch (BraidException e) {
      log.error("the node plugin cannot start: {}", e.getMessage());
      log.debug("the node plugin cannot start", e);
      System.exit(1);
    }
  }

  private static void run() throws InterruptedException {
    Settings settings = Settings.read(System.getenv(), NodeSettings.ALL);
    log.info("node plugin {}", Version.TEXT);
    settings.lines().forEach(log::info);

    var steps = new Steps(observers(settings));
    var exec = new HostExec();
    var files = new HostFiles();
    Path state = settings.get(NodeSettings.STATE_FOLDER);
    Path staged = state.resolve("staged");
    Path targets = state.resolve("targets");
    steps.run("make state folder", step -> files.makeFolder(step, staged));
    steps.run("make state folder", step -> files.makeFolder(step, targets));

    Path lockFolder = settings.get(NodeSettings.LOCK_FOLDER);
    var initiator = Initiator.ofHost(paths(lockFolder, targets), exec, steps, clock());
    new Readiness(Path.of("/proc/net/unix")).logWhatIsMissing();
    initiator.multipathConfig().ensure(Deadline.after(RECONFIGURE));

    var boot = Boot.id();
    var locks = new VolumeLocks(new FileLocks(lockFolder, clock()));
    var records = new StageRecords(staged, boot, files, steps);
    var attacher = attacher(initiator);
    var maps = DeviceMapper.ofKernel();
    var blocks = BlockDevices.ofKernel();
    var mounts = new KernelMounts();
    var unmount = new Unmount(mounts, Holders.ofKernel(), steps);
    var fileSystems =
        new FileSystems(
            blocks, new KernelBlockChange(), new Blkid(exec), new E2fsprogs(exec), steps);
    var name = settings.get(NodeSettings.NODE_NAME);
    Optional<InitiatorChannel> channel =
        settings.get(NodeSettings.KUBERNETES)
            ? Optional.of(
                channel(name, boot, records, locks, initiator.look()::at, attacher, maps, steps))
            : Optional.empty();
    Attestor attestor =
        channel.<Attestor>map(c -> c).orElseGet(() -> Attestor.toLog(records, steps));
    var node =
        new NodeService(
            name,
            new StageVolume(
                locks,
                records,
                boot,
                attestor,
                attacher,
                maps,
                fileSystems,
                MountTable::ofSelf,
                mounts,
                steps),
            new UnstageVolume(
                locks, records, attacher, attestor, maps, MountTable::ofSelf, unmount),
            new PublishVolume(locks, maps, blocks, MountTable::ofSelf, mounts, files, steps),
            new UnpublishVolume(locks, maps, blocks, MountTable::ofSelf, unmount, files, steps));

    var server =
        RpcServer.onUnixSocket(
            settings.get(NodeSettings.ENDPOINT), List.of(new IdentityService(Version.TEXT), node));
    channel.ifPresent(InitiatorChannel::start); // the socket is there: nothing waits for it
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  channel.ifPresent(InitiatorChannel::close);
                },
                "stop"));
    server.awaitEnd();
  }

  private static InitiatorChannel channel(
      NodeName name,
      BootId boot,
      StageRecords records,
      VolumeLocks locks,
      Debts.Look look,
      Attacher attacher,
      DeviceMapper maps,
      Steps steps) {
    return new InitiatorChannel(
        name,
        records,
        KubernetesInitiators::connect,
        new Introduction(name, boot, () -> InitiatorName.read(INITIATOR_NAME), steps),
        new Words(name, boot, records, locks, steps),
        new Debts(name, boot, records, locks, look, attacher, maps, MountTable::ofSelf, steps),
        steps);
  }

  private static Clock clock() {
    return Clock.systemUTC();
  }

  private static HostPaths paths(Path locks, Path targets) {
    var host = HostPaths.ofHost();
    return new HostPaths(
        host.sysfs(),
        host.dev(),
        host.udev(),
        host.nodeRecords(),
        host.multipath(),
        locks,
        targets);
  }

  private static Attacher attacher(Initiator initiator) {
    return new Attacher() {
      @Override
      public Attached attach(Lun lun, Deadline deadline) {
        return initiator.attach().attach(lun, deadline);
      }

      @Override
      public void detach(Wwid wwid, Deadline deadline) {
        initiator.detach().detach(wwid, deadline);
      }
    };
  }

  private static List<StepObserver> observers(Settings settings) {
    return settings
        .get(NodeSettings.KILL_POINT_FOLDER)
        .<List<StepObserver>>map(folder -> List.of(new KillPoint(folder, Posix::killSelf)))
        .orElse(List.of());
  }
}
