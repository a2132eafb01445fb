package dev.braid.linux.iscsi;

import dev.braid.base.LunNumber;
import dev.braid.base.error.Refused;
import dev.braid.linux.sysfs.Attributes;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Which LUN numbers the kernel's iSCSI over TCP takes on this machine: those below its module's
 * parameter {@code max_lun}. Today's kernels have it at 2³²-1; older ones, and sites, at 512 or
 * less. It is fixed when the module is loaded, which a first login does.
 *
 * <p>A scan of a number beyond it fails with "invalid argument", and whoever does not look here
 * first would go on to suspect the head.
 */
public final class LunLimit {

  private final Path parameter;

  /**
   * @param sysfs {@code /sys}, or a folder that stands for it
   */
  public LunLimit(Path sysfs) {
    this.parameter = sysfs.resolve("module/iscsi_tcp/parameters/max_lun");
  }

  /**
   * @throws Refused if this machine cannot have a device of that number
   */
  public void check(LunNumber lun) {
    OptionalLong below = Attributes.number(parameter);
    if (below.isPresent() && lun.value() >= below.getAsLong()) {
      throw new Refused(
          "the kernel of this host takes LUN numbers below "
              + below.getAsLong()
              + " only (parameter max_lun of its module iscsi_tcp), and this LUN is number "
              + lun
              + ": take that option out of the host's /etc/modprobe.d, or set it to "
              + (LunNumber.MAX + 1)
              + ", and reboot the host");
    }
  }
}
