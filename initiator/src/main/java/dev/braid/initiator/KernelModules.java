package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.step.Steps;
import dev.braid.linux.kmod.Modules;
import dev.braid.linux.kmod.change.Modprobe;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the kernel's modules loaded that a LUN's attach needs, before there is one.
 *
 * <p>Otherwise udev and multipathd load them on the way, and loading a module waits until the
 * kernel has looked at every SCSI disk that it is just making. A host without SCSI disks of its own
 * would load the first of them at its first LUN, amid its two paths; if one of them takes logins
 * and loses what is read, as where a switch drops large packets, udev would be through with the
 * other only when that read was given up: a minute or more.
 */
final class KernelModules {

  private static final Logger log = LoggerFactory.getLogger(KernelModules.class);

  /** For SCSI disks, for maps of them with ALUA, and for what Braid makes on them. */
  static final List<String> NEEDED =
      List.of("sd_mod", "sg", "scsi_dh_alua", "dm_multipath", "dm_service_time", "ext4");

  /** Where a disk is being made just now, as by another's broken path, it is not waited for. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final String CONSEQUENCE =
      "until then a path that loses what is read may delay this host's first volume";

  private final Modules modules;
  private final Modprobe modprobe;
  private final Steps steps;
  private volatile boolean isDone;

  KernelModules(Modules modules, Modprobe modprobe, Steps steps) {
    this.modules = modules;
    this.modprobe = modprobe;
    this.steps = steps;
  }

  /**
   * Once; where one cannot be loaded volumes work all the same, and the log says what they lack.
   * What ran out of time is tried again.
   */
  void ensure(Deadline deadline) {
    if (isDone) {
      return;
    }
    List<String> missing = NEEDED.stream().filter(name -> !modules.loaded(name)).toList();
    try {
      if (!missing.isEmpty()) {
        steps.run(
            "load kernel modules", step -> modprobe.load(step, missing, deadline.atMost(PATIENCE)));
      }
      isDone = true;
    } catch (DeadlinePassed e) {
      log.warn("kernel modules are not loaded yet; {}: {}", CONSEQUENCE, e.messageAndCause());
    } catch (BraidException e) {
      isDone = true; // it would be refused again
      log.warn("not every kernel module is loaded; {}: {}", CONSEQUENCE, e.messageAndCause());
    }
  }
}
