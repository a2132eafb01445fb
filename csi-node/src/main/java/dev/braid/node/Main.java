package dev.braid.node;

import dev.braid.base.Deadline;
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
import dev.braid.linux.libc.Posix;
import dev.braid.linux.lock.FileLocks;
import dev.braid.linux.mount.MountTable;
import dev.braid.linux.mount.change.KernelMounts;
import dev.braid.linux.proc.Boot;
import dev.braid.linux.proc.Holders;
import dev.braid.rpc.RpcServer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node plugin. It ends on SIGTERM, or at any moment; volumes stay in use without it. */
public final class Main {

  private static final Logger log = LoggerFactory.getLogger(Main.class);

  /** How long multipathd may take to read new settings at the start. */
  private static final Duration RECONFIGURE = Duration.ofSeconds(30);

  private Main() {}

  public static void main(String[] args) throws InterruptedException {
    try {
      run();
    } catch (BraidException e) {
      log.error("the node plugin cannot start: {}", e.messageAndCause());
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
    var node =
        new NodeService(
            settings.get(NodeSettings.NODE_NAME),
            new StageVolume(
                locks,
                records,
                boot,
                attacher,
                maps,
                fileSystems,
                MountTable::ofSelf,
                mounts,
                steps),
            new UnstageVolume(
                locks,
                records,
                attacher,
                Attestor.toLog(),
                maps,
                MountTable::ofSelf,
                unmount,
                steps),
            new PublishVolume(locks, maps, blocks, MountTable::ofSelf, mounts, files, steps),
            new UnpublishVolume(locks, maps, blocks, MountTable::ofSelf, unmount, files, steps));

    var server =
        RpcServer.onUnixSocket(
            settings.get(NodeSettings.ENDPOINT), List.of(new IdentityService(Version.TEXT), node));
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "stop"));
    server.awaitEnd();
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
