package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.Refused;
import dev.braid.base.error.WrongDevice;
import dev.braid.base.step.Steps;
import dev.braid.initiator.Parallel.Outcome;
import dev.braid.initiator.PathCheck.Verdict;
import dev.braid.linux.sysfs.Hctl;
import dev.braid.linux.sysfs.ScsiDevice;
import dev.braid.linux.sysfs.ScsiDevices;
import dev.braid.linux.sysfs.change.ScsiBus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes stale devices out of the way of a scan, which does nothing at an address that has a device
 * (rule 11).
 */
final class StaleDevices {

  private static final Logger log = LoggerFactory.getLogger(StaleDevices.class);

  /** What is behind the address has just answered: a deletion that takes longer hangs. */
  private static final Duration DELETE = Duration.ofSeconds(10);

  private final ScsiDevices devices;
  private final ScsiBus bus;
  private final PathUse use;
  private final Steps steps;

  StaleDevices(ScsiDevices devices, ScsiBus bus, PathUse use, Steps steps) {
    this.devices = devices;
    this.bus = bus;
    this.use = use;
    this.steps = steps;
  }

  /**
   * All of them, or none where somebody uses one.
   *
   * @param hold is kept by a deletion that hangs
   * @throws Refused naming who uses one
   * @throws DeadlinePassed if one hangs; it goes on
   */
  void clear(List<PathCheck> checks, Hold hold, Deadline deadline) {
    List<PathCheck> stale = checks.stream().filter(c -> c.verdict() == Verdict.STALE).toList();
    for (PathCheck check : stale) {
      List<String> users = use.users(check.device(), hold, deadline);
      if (!users.isEmpty()) {
        throw new Refused(
            check.why() + " and is in use by " + users + "; detach that volume first");
      }
    }
    var tasks = new ArrayList<Callable<Boolean>>();
    for (PathCheck check : stale) {
      log.warn("removing a stale device: {}", check.why());
      Hctl address = check.device().address();
      tasks.add(
          () -> {
            checkSame(check.device());
            steps.run("delete stale device", step -> bus.delete(step, address));
            return true;
          });
    }
    List<Outcome<Boolean>> outcomes =
        Parallel.run("deleting a stale device", hold, tasks, deadline.atMost(DELETE));
    for (int i = 0; i < stale.size(); i++) {
      ScsiDevice device = stale.get(i).device();
      if (outcomes.get(i) instanceof Outcome.Failed<Boolean> failed) {
        throw failed.why() instanceof DeadlinePassed late
            ? new DeadlinePassed(
                "deleting the stale device " + device.describe() + "; it goes on", late)
            : failed.why();
      }
      if (devices.exists(device.address())) {
        throw new KernelRefused("the stale device " + device.describe() + " is still there");
      }
    }
  }

  /** Its users were looked for in the meantime, and an address is no name. */
  private void checkSame(ScsiDevice stale) {
    Optional<String> now = devices.kept(stale.address());
    if (now.isPresent() && !now.equals(stale.kept())) {
      throw new WrongDevice(
          now.get()
              + " came to the address of the stale device "
              + stale.describe()
              + " and is left as it is; try again");
    }
  }
}
