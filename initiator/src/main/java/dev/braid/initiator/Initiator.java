package dev.braid.initiator;

import dev.braid.base.step.Steps;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.dm.change.KernelDeviceMapperChange;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.file.change.HostFiles;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.iscsi.NodeRecords;
import dev.braid.linux.iscsi.change.Iscsiadm;
import dev.braid.linux.lock.FileLocks;
import dev.braid.linux.lock.Locks;
import dev.braid.linux.multipath.MultipathdSocket;
import dev.braid.linux.multipath.change.Multipathd;
import dev.braid.linux.proc.Holders;
import dev.braid.linux.scsi.Sg;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.sysfs.ScsiDevices;
import dev.braid.linux.sysfs.change.ScsiBus;
import dev.braid.linux.uevent.UdevDatabase;
import java.time.Clock;

/** Wires the verbs of this package to the machine they run on. */
public final class Initiator {

  private final Attach attach;
  private final Detach detach;
  private final Look look;
  private final MultipathConfig multipathConfig;

  private Initiator(Attach attach, Detach detach, Look look, MultipathConfig multipathConfig) {
    this.attach = attach;
    this.detach = detach;
    this.look = look;
    this.multipathConfig = multipathConfig;
  }

  /**
   * For this host. Needs root, and the host's network namespace. Makes the folder of the locks, as
   * they lie where a reboot clears them away.
   */
  public static Initiator ofHost(HostPaths paths, Exec exec, Steps steps, Clock clock) {
    var sessions = new IscsiSessions(paths.sysfs());
    var devices = new ScsiDevices(paths.sysfs());
    var blocks = new BlockTree(paths.sysfs());
    var udev = new UdevDatabase(paths.udev());
    var bus = new ScsiBus(paths.sysfs());
    var iscsiadm = new Iscsiadm(exec);
    var records = new NodeRecords(paths.nodeRecords());
    var multipathd = new Multipathd(new MultipathdSocket());
    var dm = DeviceMapper.ofKernel();
    var holders = Holders.ofKernel();
    steps.run("make lock folder", step -> new HostFiles().makeFolder(step, paths.locks()));
    Locks locks = new FileLocks(paths.locks(), clock);
    var own = new OwnPortals(paths.targets());
    var seen = new Seen(paths.multipath(), steps);

    var identity = new Identity(new Sg(), paths.dev());
    var portals =
        new Portals(sessions, devices, records, iscsiadm, own, PortalProbe::tcp, locks, steps);
    var finder = new PathFinder(devices, sessions, blocks, dm, identity);
    var maps =
        new Maps(dm, new KernelDeviceMapperChange(), multipathd, blocks, udev, holders, steps);
    var removal = new Removal(finder, maps, devices, bus, blocks, holders, portals, seen, steps);
    var scan = new PathScan(devices, bus, blocks, identity, holders, paths.dev(), steps);
    return new Initiator(
        new Attach(locks, portals, scan, maps, finder, removal, seen),
        new Detach(locks, removal),
        new Look(dm, finder),
        new MultipathConfig(paths.multipath(), multipathd, steps));
  }

  public Attach attach() {
    return attach;
  }

  public Detach detach() {
    return detach;
  }

  public Look look() {
    return look;
  }

  public MultipathConfig multipathConfig() {
    return multipathConfig;
  }
}
