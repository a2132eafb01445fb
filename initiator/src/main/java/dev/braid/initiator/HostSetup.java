package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.DeviceInUse;
import dev.braid.linux.lock.Locks;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Braid puts on a host so that its LUNs are treated as they need: multipath's settings, a rule
 * of udev, and what takes them off at a shutdown. One process at a time puts it there or takes it
 * away.
 */
public final class HostSetup {

  private static final Logger log = LoggerFactory.getLogger(HostSetup.class);

  /** How long multipathd may take to read new settings; longer, it reads them all the same. */
  private static final Duration MULTIPATHD = Duration.ofSeconds(30);

  private final Locks locks;
  private final UdevRules udevRules;
  private final MultipathConfig multipathConfig;
  private final ShutdownUnit shutdownUnit;
  private final Supplier<List<String>> attached;
  private volatile List<String> wrong = List.of();

  /**
   * @param attached what of Braid's is on this host, for a message
   */
  HostSetup(
      Locks locks,
      UdevRules udevRules,
      MultipathConfig multipathConfig,
      ShutdownUnit shutdownUnit,
      Supplier<List<String>> attached) {
    this.locks = locks;
    this.udevRules = udevRules;
    this.multipathConfig = multipathConfig;
    this.shutdownUnit = shutdownUnit;
    this.attached = attached;
  }

  /** Makes what is missing or not as it should be. Safe to repeat. */
  public void ensure(Deadline deadline) {
    try (var held = locks.exclusive(LockNames.HOST, "set up this host", deadline)) {
      udevRules.ensure();
      multipathConfig.ensure(deadline.atMost(MULTIPATHD));
      shutdownUnit.ensure(deadline);
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
    if (!wrong.isEmpty()) {
      tryEnsure(deadline);
    }
  }

  /** For the gate. */
  List<String> wrong() {
    return wrong;
  }

  /**
   * Removes what {@link #ensure} made, and nothing that anybody else did. Safe to repeat. A plugin
   * that still runs attaches nothing any more: its gate finds multipath's settings not in force.
   *
   * @throws DeviceInUse naming what is attached; then nothing was removed
   */
  public void remove(Deadline deadline) {
    try (var held = locks.exclusive(LockNames.HOST, "take Braid off this host", deadline)) {
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
