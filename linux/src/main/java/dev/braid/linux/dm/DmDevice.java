package dev.braid.linux.dm;

import dev.braid.base.Wwid;
import dev.braid.linux.DeviceNumber;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A map as the kernel showed it at one moment.
 *
 * @param uuid empty where whoever made the map gave it none
 * @param openCount how many have it open, mounts and other maps among them; the only proof that a
 *     mount which left the table is really gone
 * @param suspended so that everybody who touches it waits
 * @param live whether it has a table in force
 */
public record DmDevice(
    DeviceNumber number,
    String name,
    String uuid,
    int openCount,
    boolean suspended,
    boolean readOnly,
    boolean live) {

  static final String MULTIPATH = "mpath-";

  /** {@code /dev/dm-N}: the kernel's own name, which no rule of udev has to make. */
  public Path node() {
    return Path.of("/dev", kernelName());
  }

  /** For messages. */
  public String describe() {
    return "the map " + name;
  }

  /** {@code dm-N}, as sysfs calls it. */
  public String kernelName() {
    return "dm-" + number.minor();
  }

  /** The WWID of a multipath map of a LUN that could be Braid's; empty for every other map. */
  public Optional<Wwid> wwid() {
    return wwid(uuid);
  }

  /** As {@link #wwid()}, of the map that has this UUID. */
  public static Optional<Wwid> wwid(String uuid) {
    return Optional.of(uuid)
        .filter(u -> u.startsWith(MULTIPATH))
        .map(u -> u.substring(MULTIPATH.length()))
        .filter(Wwid::looksLikeOne)
        .map(Wwid::new);
  }
}
