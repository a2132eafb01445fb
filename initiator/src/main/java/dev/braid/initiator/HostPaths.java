package dev.braid.initiator;

import java.nio.file.Path;
import java.util.List;

/**
 * Where things are on this host.
 *
 * @param sysfs {@code /sys}
 * @param dev {@code /dev}
 * @param udev {@code /run/udev}, what udev wrote down
 * @param nodeRecords where open-iscsi's records may be, see {@link
 *     dev.braid.linux.iscsi.NodeFolder}: of the host, since no container has each of them mounted
 * @param initiatorName {@code /etc/iscsi/initiatorname.iscsi}
 * @param multipath {@code /etc/multipath}: its lists, and {@code conf.d}
 * @param modules {@code /lib/modules} of the host, also for one who is in a container
 * @param kernelRelease {@code /proc/sys/kernel/osrelease}
 * @param proc {@code /proc}, with the host's processes in it
 * @param recordLock the folder of open-iscsi's lock, {@code /run/lock/iscsi} of the host
 * @param net {@code /proc/net}, of the host's network namespace
 * @param locks a folder for locks, of which all who attach on this host must name the same
 * @param targets a folder for the names of targets that Braid has logged in to. Only a hint (rule
 *     4): it tells where to look for sessions and records that a killed attach left
 * @param luns a folder for what is attached and through which portals, a hint too: by it a path
 *     that was away joins later
 */
public record HostPaths(
    Path sysfs,
    Path dev,
    Path udev,
    List<Path> nodeRecords,
    Path initiatorName,
    Path multipath,
    Path modules,
    Path kernelRelease,
    Path proc,
    Path recordLock,
    Path net,
    Path locks,
    Path targets,
    Path luns) {

  /**
   * Where a host has them.
   *
   * @param root the host's root folder as it is seen from here
   * @param state a folder for what is to outlive a restart
   */
  public static HostPaths of(Path root, Path state, Path locks) {
    return new HostPaths(
        Path.of("/sys"),
        Path.of("/dev"),
        Path.of("/run/udev"),
        List.of(root.resolve("var/lib/iscsi/nodes"), root.resolve("etc/iscsi/nodes")),
        Path.of("/etc/iscsi/initiatorname.iscsi"),
        Path.of("/etc/multipath"),
        root.resolve("lib/modules"),
        Path.of("/proc/sys/kernel/osrelease"),
        Path.of("/proc"),
        root.resolve("run/lock/iscsi"),
        Path.of("/proc/net"),
        locks,
        state.resolve("targets"),
        state.resolve("luns"));
  }
}
