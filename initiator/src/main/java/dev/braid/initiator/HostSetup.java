package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.Refused;
import dev.braid.linux.lock.Lock;
import dev.braid.linux.lock.Locks;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Braid puts on a host so that its LUNs are treated as they need: multipath's settings, a rule
 * of udev, and what takes them off at a shutdown; and the kernel's modules, which stay loaded. One
 * process at a time puts it there or takes it away.
 */
public final class HostSetup {

  private static final Logger log = LoggerFactory.getLogger(HostSetup.class);

  /** How long multipathd may take to hear of new settings; longer, and it is told again. */
  private static final Duration MULTIPATHD = Duration.ofSeconds(30);

  private static final String REMOVE = "take Braid off this host";

  private final Locks locks;
  private final KernelModules modules;
  private final UdevRules udevRules;
  private final MultipathConfig multipathConfig;
  private final ShutdownUnit shutdownUnit;
  private final Supplier<List<Iqn>> targets;
  private final Supplier<List<String>> attached;
  private volatile List<String> wrong = List.of();

  /**
   * @param targets that Braid has logged in to
   * @param attached what of Braid's is on this host, for a message
   */
  HostSetup(
      Locks locks,
      KernelModules modules,
      UdevRules udevRules,
      MultipathConfig multipathConfig,
      ShutdownUnit shutdownUnit,
      Supplier<List<Iqn>> targets,
      Supplier<List<String>> attached) {
    this.locks = locks;
    this.modules = modules;
    this.udevRules = udevRules;
    this.multipathConfig = multipathConfig;
    this.shutdownUnit = shutdownUnit;
    this.targets = targets;
    this.attached = attached;
  }

  /** Makes what is missing or not as it should be. Safe to repeat. */
  public void ensure(Deadline deadline) {
    modules.ensure(deadline);
    try (var held = locks.exclusive(LockNames.HOST, "set up this host", deadline)) {
      udevRules.ensure();
      try {
        multipathConfig.ensure(deadline.atMost(MULTIPATHD));
      } finally {
        shutdownUnit.ensure(deadline); // also while multipathd is away
      }
    }
  }

  /**
   * {@link #ensure} for a plugin that serves all the same: its host may have volumes that are to be
   * detached. What fails closes the gate.
   */
  public void tryEnsure(Deadline deadline) {
    try {
      ensure(deadline);
      wrong = List.of();
    } catch (BraidException e) {
      String why =
          "this host is not set up for Braid, which is tried again: " + e.messageAndCause();
      if (!wrong.equals(List.of(why))) {
        log.error("{}", why);
      }
      wrong = List.of(why);
    }
  }

  /** Once more where it failed. */
  public void mend(Deadline deadline) {
    modules.ensure(deadline);
    if (!wrong.isEmpty()) {
      tryEnsure(deadline);
    }
  }

  /** For the gate. */
  List<String> wrong() {
    return wrong;
  }

  /**
   * For an attach: as long as it is held nobody takes off what is put here. The gate is no
   * guarantee: its answer may be some seconds old, and from before that.
   *
   * @throws Refused if it was taken off
   */
  Lock hold(Deadline deadline) {
    Lock held = locks.shared(LockNames.SETUP, "attach", deadline);
    boolean there = false;
    try {
      there = multipathConfig.installed();
    } finally {
      if (!there) {
        held.close();
      }
    }
    if (!there) {
      throw new Refused(
          "Braid's multipath settings are not on this host any more, as after an uninstall:"
              + " restart the node plugin, which puts them there");
    }
    return held;
  }

  /**
   * Removes what {@link #ensure} made, and nothing that anybody else did. Safe to repeat. It waits
   * for attaches that are under way. A plugin that still runs attaches nothing any more: see {@link
   * #hold}, and then its gate finds multipath's settings not in force.
   *
   * @throws DeviceInUse naming what is attached; then nothing was removed
   */
  public void remove(Deadline deadline) {
    try (var held = locks.exclusive(LockNames.HOST, REMOVE, deadline);
        var alone = locks.exclusive(LockNames.SETUP, REMOVE, deadline)) {
      for (Iqn target : targets.get()) {
        // What an attach that gave up has left to go on, as a login or a scan, holds it.
        locks.exclusive(LockNames.target(target), REMOVE, deadline).close();
      }
      List<String> there = attached.get();
      if (!there.isEmpty()) {
        throw new DeviceInUse(
            "Braid's volumes are attached to this host: "
                + String.join(", ", there)
                + ". Move the pods that use them to other nodes first (kubectl drain)");
      }
      // First, as it closes the gate of a plugin that runs.
      multipathConfig.remove(deadline.atMost(MULTIPATHD));
      udevRules.remove();
      shutdownUnit.remove(deadline);
    }
  }
}
