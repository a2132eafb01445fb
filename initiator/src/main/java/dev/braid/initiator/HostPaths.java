package dev.braid.initiator;

import java.nio.file.Path;

/**
 * Where things are on this host.
 *
 * @param sysfs {@code /sys}
 * @param dev {@code /dev}
 * @param udev {@code /run/udev}, what udev wrote down
 * @param nodeRecords open-iscsi's records, {@code /etc/iscsi/nodes}
 * @param multipath {@code /etc/multipath}: its lists, and {@code conf.d}
 * @param locks a folder for locks, of which all who attach on this host must name the same
 * @param targets a folder for the names of targets that Braid has logged in to. Only a hint (rule
 *     4): it tells where to look for sessions and records that a killed attach left
 */
public record HostPaths(
    Path sysfs, Path dev, Path udev, Path nodeRecords, Path multipath, Path locks, Path targets) {

  public static HostPaths ofHost() {
    return new HostPaths(
        Path.of("/sys"),
        Path.of("/dev"),
        Path.of("/run/udev"),
        Path.of("/etc/iscsi/nodes"),
        Path.of("/etc/multipath"),
        Path.of("/run/braid/locks"),
        Path.of("/var/lib/braid/targets"));
  }
}
