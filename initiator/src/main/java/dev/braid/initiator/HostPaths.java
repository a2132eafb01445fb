package dev.braid.initiator;

import java.nio.file.Path;
import java.util.List;

/**
 * Where things are on this host.
 *
 * @param sysfs {@code /sys}
 * @param dev {@code /dev}
 * @param udev {@code /run/udev}, what udev wrote down
 * @param udevRules the folders of udev's rules, those first whose files stand in the place of
 *     others' of that name
 * @param nodeRecords where open-iscsi's records may be, see {@link
 *     dev.braid.linux.iscsi.NodeFolder}: of the host, since no container has each of them mounted
 * @param initiatorName {@code /etc/iscsi/initiatorname.iscsi}
 * @param multipath {@code /etc/multipath}: its lists, and {@code conf.d}
 * @param modules {@code /lib/modules} of the host, also for one who is in a container
 * @param kernelRelease {@code /proc/sys/kernel/osrelease}
 * @param proc {@code /proc}, with the host's processes in it
 * @param recordLock the folder of open-iscsi's lock, {@code /run/lock/iscsi} of the host
 * @param net {@code /proc/net}, of the host's network namespace
 * @param units {@code /run/systemd/system} of the host
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
    List<Path> udevRules,
    List<Path> nodeRecords,
    Path initiatorName,
    Path multipath,
    Path modules,
    Path kernelRelease,
    Path proc,
    Path recordLock,
    Path net,
    Path units,
    Path locks,
    Path targets,
    Path luns) {

  public HostPaths {
    udevRules = List.copyOf(udevRules);
  }

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
        List.of(
            root.resolve("etc/udev/rules.d"),
            Path.of("/run/udev/rules.d"),
            root.resolve("usr/local/lib/udev/rules.d"),
            root.resolve("usr/lib/udev/rules.d"),
            root.resolve("lib/udev/rules.d")),
        List.of(root.resolve("var/lib/iscsi/nodes"), root.resolve("etc/iscsi/nodes")),
        Path.of("/etc/iscsi/initiatorname.iscsi"),
        Path.of("/etc/multipath"),
        root.resolve("lib/modules"),
        Path.of("/proc/sys/kernel/osrelease"),
        Path.of("/proc"),
        root.resolve("run/lock/iscsi"),
        Path.of("/proc/net"),
        root.resolve("run/systemd/system"),
        locks,
        state.resolve("targets"),
        state.resolve("luns"));
  }
}
