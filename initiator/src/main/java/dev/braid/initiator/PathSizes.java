package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.step.Steps;
import dev.braid.initiator.Parallel.Outcome;
import dev.braid.initiator.PathCheck.Verdict;
import dev.braid.linux.sysfs.ScsiDevice;
import dev.braid.linux.sysfs.ScsiDevices;
import dev.braid.linux.sysfs.change.ScsiBus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a size to paths that have none: a device that came before its LUN was ready. multipath
 * makes no map of it, and the kernel asks again only when it is told to.
 */
final class PathSizes {

  private static final Logger log = LoggerFactory.getLogger(PathSizes.class);

  /** A path that has just said who it is tells its size in milliseconds. */
  private static final Duration ASK = Duration.ofSeconds(10);

  private final ScsiDevices devices;
  private final ScsiBus bus;
  private final Steps steps;

  PathSizes(ScsiDevices devices, ScsiBus bus, Steps steps) {
    this.devices = devices;
    this.bus = bus;
    this.steps = steps;
  }

  /**
   * @param checks those of paths that had none are replaced: by one with its size, or by one that
   *     does not count
   * @param hold is kept by a path that hangs
   */
  void ask(List<PathCheck> checks, Hold hold, Deadline deadline) {
    List<ScsiDevice> empty =
        checks.stream()
            .filter(c -> c.ours() && c.device().bytes() == 0)
            .map(PathCheck::device)
            .toList();
    var tasks = new ArrayList<Callable<Boolean>>();
    for (ScsiDevice device : empty) {
      log.warn("the path {} has no size; the kernel is to ask it anew", device.describe());
      tasks.add(
          () -> {
            steps.run("rescan path", step -> bus.rescan(step, device.address()));
            return true;
          });
    }
    List<Outcome<Boolean>> outcomes =
        Parallel.run("asking a path for its size", hold, tasks, deadline.atMost(ASK));
    for (int i = 0; i < empty.size(); i++) {
      ScsiDevice before = empty.get(i);
      String why = outcomes.get(i) instanceof Outcome.Failed<Boolean> f ? f.why().getMessage() : "";
      checks.replaceAll(c -> c.device().equals(before) ? sized(c, why) : c);
    }
  }

  private PathCheck sized(PathCheck check, String trouble) {
    ScsiDevice before = check.device();
    return devices
        .at(before.address())
        .filter(now -> now.bytes() > 0 && now.kept().equals(before.kept()))
        .map(now -> new PathCheck(now, Verdict.OURS, ""))
        .orElseGet(
            () ->
                new PathCheck(
                    before,
                    Verdict.SILENT,
                    before.describe()
                        + (before.block().isPresent()
                            ? ": it says that it is the LUN, but has no size, also when it was asked"
                                + " anew: see on the head whether the backstore is ready"
                            : ": it says that it is the LUN, but has no block device: does udev run,"
                                + " and has this kernel its module sd_mod?")
                        + (trouble.isEmpty() ? "" : " (" + trouble + ")")));
  }
}
