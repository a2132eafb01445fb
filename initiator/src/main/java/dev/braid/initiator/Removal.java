package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Wwid;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Steps;
import dev.braid.initiator.Parallel.Outcome;
import dev.braid.linux.proc.Holders;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.sysfs.ScsiDevice;
import dev.braid.linux.sysfs.ScsiDevices;
import dev.braid.linux.sysfs.change.ScsiBus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done to take a LUN off, by a detach or by an attach that failed. Rule 9, step by step.
 */
final class Removal {

  private static final Logger log = LoggerFactory.getLogger(Removal.class);

  private final PathFinder finder;
  private final Maps maps;
  private final ScsiDevices devices;
  private final ScsiBus bus;
  private final BlockTree blocks;
  private final Holders holders;
  private final Portals portals;
  private final Seen seen;
  private final Steps steps;

  Removal(
      PathFinder finder,
      Maps maps,
      ScsiDevices devices,
      ScsiBus bus,
      BlockTree blocks,
      Holders holders,
      Portals portals,
      Seen seen,
      Steps steps) {
    this.finder = finder;
    this.maps = maps;
    this.devices = devices;
    this.bus = bus;
    this.blocks = blocks;
    this.holders = holders;
    this.portals = portals;
    this.seen = seen;
    this.steps = steps;
  }

  /** The caller holds the volume's lock. */
  void remove(Wwid wwid, Hold volume, Deadline deadline) {
    List<PathFinder.Path> paths = finder.pathsOf(wwid, deadline);
    maps.flush(wwid, deadline); // halts here while anything holds it
    paths.forEach(p -> checkFree(p.device(), deadline));
    delete(paths, volume, deadline);
    portals.tidy(targets(paths), deadline);
    seen.forget(wwid, deadline);
    checkNothingLeft(wwid, deadline);
  }

  /** The map is gone; whatever still stands on a path came to it past the map. */
  private void checkFree(ScsiDevice path, Deadline deadline) {
    Optional<String> block = path.block();
    if (block.isEmpty() || blocks.holders(block.get()).isEmpty()) {
      return;
    }
    List<String> who =
        blocks.number(block.get()).map(n -> holders.of(n, deadline)).orElse(List.of());
    throw new DeviceInUse(
        "the path " + path.describe() + " is in use, though its map is gone, by " + who);
  }

  private void delete(List<PathFinder.Path> paths, Hold volume, Deadline deadline) {
    var tasks = new ArrayList<Callable<Boolean>>();
    for (PathFinder.Path path : paths) {
      tasks.add(
          () -> {
            steps.run("delete path", step -> bus.delete(step, path.device().address()));
            return true;
          });
    }
    List<Outcome<Boolean>> outcomes = Parallel.run("deleting a path", volume, tasks, deadline);
    for (int i = 0; i < paths.size(); i++) {
      ScsiDevice device = paths.get(i).device();
      if (outcomes.get(i) instanceof Outcome.Failed<Boolean> failed) {
        throw failed.why();
      }
      if (devices.exists(device.address())) {
        throw new KernelRefused(
            "the path " + device.describe() + " was deleted and is still there");
      }
    }
  }

  private static List<Iqn> targets(List<PathFinder.Path> paths) {
    var targets = new ArrayList<Iqn>();
    for (PathFinder.Path path : paths) {
      path.session().map(s -> s.target()).flatMap(Removal::iqn).ifPresent(targets::add);
    }
    return targets;
  }

  private static Optional<Iqn> iqn(String name) {
    try {
      return Optional.of(new Iqn(name));
    } catch (InvalidInput e) {
      log.debug("not a target of ours: {}", name);
      return Optional.empty();
    }
  }

  private void checkNothingLeft(Wwid wwid, Deadline deadline) {
    if (maps.find(wwid).isPresent()) {
      throw new KernelRefused("a map of " + wwid + " came back while it was detached; try again");
    }
    List<PathFinder.Path> left = finder.pathsOf(wwid, deadline);
    if (!left.isEmpty()) {
      throw new KernelRefused(
          "paths of " + wwid + " came back while it was detached; try again: " + left);
    }
  }
}
