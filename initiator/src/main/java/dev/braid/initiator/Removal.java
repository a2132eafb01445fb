package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Wwid;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.WrongDevice;
import dev.braid.base.step.Steps;
import dev.braid.initiator.Parallel.Outcome;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.sysfs.ScsiDevice;
import dev.braid.linux.sysfs.ScsiDevices;
import dev.braid.linux.sysfs.change.ScsiBus;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done to take a LUN off, by a detach or by an attach that failed. Rule 9, step by step.
 */
final class Removal {

  private static final Logger log = LoggerFactory.getLogger(Removal.class);

  private final PathFinder finder;
  private final PathWords words;
  private final Maps maps;
  private final ScsiDevices devices;
  private final ScsiBus bus;
  private final BlockTree blocks;
  private final PathUse use;
  private final Tidying tidying;
  private final OwnPortals own;
  private final PortalWatch watch;
  private final KnownLuns known;
  private final Seen seen;
  private final Steps steps;

  Removal(
      PathFinder finder,
      PathWords words,
      Maps maps,
      ScsiDevices devices,
      ScsiBus bus,
      BlockTree blocks,
      PathUse use,
      Tidying tidying,
      OwnPortals own,
      PortalWatch watch,
      KnownLuns known,
      Seen seen,
      Steps steps) {
    this.finder = finder;
    this.words = words;
    this.maps = maps;
    this.devices = devices;
    this.bus = bus;
    this.blocks = blocks;
    this.use = use;
    this.tidying = tidying;
    this.own = own;
    this.watch = watch;
    this.known = known;
    this.seen = seen;
    this.steps = steps;
  }

  /** The caller holds the volume's lock. */
  void remove(Wwid wwid, Hold volume, Deadline deadline) {
    Optional<Lun> noted = known.find(wwid);
    List<PathFinder.Path> paths = paths(wwid, noted, deadline);
    refuseStrangers(words.of(wwid, paths, deadline));
    maps.flush(wwid, volume, deadline); // halts here while anything holds it
    // Whatever still stands on a path came to it past the map.
    use.checkFree(paths.stream().map(PathFinder.Path::device).toList(), volume, deadline);
    delete(wwid, paths, volume, deadline);
    // multipathd, behind with its events, may have made it anew while the paths were there.
    maps.flush(wwid, volume, deadline);
    List<IscsiSession> carried =
        paths.stream().map(PathFinder.Path::session).flatMap(Optional::stream).toList();
    tidying.after(left(paths, noted, own.targets()), carried, deadline);
    watch.detached(wwid);
    forget(wwid);
    checkNothingLeft(wwid, noted.filter(lun -> fits(lun, paths)), deadline);
  }

  /** Hints all of them (rule 4): a disk that is full is no reason to say that the LUN is there. */
  private void forget(Wwid wwid) {
    try {
      seen.letGo(wwid); // before the note of it goes: killed between, a restart goes on
      if (known.has(wwid)) {
        steps.run("forget LUN", step -> known.forget(step, wwid));
      }
    } catch (BraidException e) {
      log.warn("what was noted of {} stays for now: {}", wwid, e.messageAndCause());
    }
  }

  /**
   * What was noted only says where to look first (rule 4): where nothing is found there, or
   * anything elsewhere, every device is looked at.
   */
  private List<PathFinder.Path> paths(Wwid wwid, Optional<Lun> noted, Deadline deadline) {
    if (noted.isPresent()) {
      List<PathFinder.Path> paths = finder.pathsOf(noted.get(), deadline);
      if (fits(noted.get(), paths)) {
        return paths;
      }
    }
    return finder.pathsOf(wwid, deadline);
  }

  private static boolean fits(Lun noted, List<PathFinder.Path> paths) {
    return !paths.isEmpty()
        && paths.stream().allMatch(p -> p.device().address().lun() == noted.number().value());
  }

  /**
   * Whether what is not written yet would get to the LUN, and to no other.
   *
   * @throws WrongDevice if a path answers as another LUN
   */
  Reach reach(Wwid wwid, Deadline deadline) {
    List<PathFinder.Path> paths = paths(wwid, known.find(wwid), deadline);
    List<PathCheck> said = words.of(wwid, paths, deadline);
    refuseStrangers(said);
    Optional<String> replaced = maps.replaced(wwid);
    if (replaced.isPresent()) {
      return new Reach(Reach.State.LOST, replaced.get());
    }
    boolean waits = maps.queueing(wwid); // before: with a path back, it waits again
    Set<DeviceNumber> used = maps.used(wwid);
    var ways = new ArrayList<Reach.Way>();
    for (int i = 0; i < paths.size(); i++) {
      Optional<DeviceNumber> number = paths.get(i).device().block().flatMap(blocks::number);
      ways.add(
          new Reach.Way(
              said.get(i), number.filter(used::contains).isPresent(), by(paths.get(i).session())));
    }
    return Reach.of(ways, waits);
  }

  /** With what is known of its portal, where that does not work. */
  private String by(Optional<IscsiSession> session) {
    return session
        .map(s -> s.describe() + watch.of(s).map(trouble -> " (" + trouble.text() + ")").orElse(""))
        .orElse("");
  }

  /**
   * A device that the kernel keeps as the LUN and that answers as another: its number was given
   * away. What is still to be written would go there, and to remove it is not for us (rule 3).
   */
  private static void refuseStrangers(List<PathCheck> words) {
    List<String> strangers =
        words.stream()
            .filter(w -> w.verdict() == PathCheck.Verdict.WRONG)
            .map(PathCheck::why)
            .toList();
    if (!strangers.isEmpty()) {
      throw new WrongDevice(
          String.join("; ", strangers)
              + ". Nothing was touched; see on the head which volume has this LUN number, and"
              + " whether this node should have it");
    }
  }

  private void delete(Wwid wwid, List<PathFinder.Path> paths, Hold volume, Deadline deadline) {
    var tasks = new ArrayList<Callable<Boolean>>();
    for (PathFinder.Path path : paths) {
      tasks.add(
          () -> {
            checkSame(wwid, path.device());
            steps.run("delete path", step -> bus.delete(step, path.device().address()));
            return true;
          });
    }
    List<Outcome<Boolean>> outcomes = Parallel.run("deleting a path", volume, tasks, deadline);
    for (int i = 0; i < paths.size(); i++) {
      ScsiDevice device = paths.get(i).device();
      if (outcomes.get(i) instanceof Outcome.Failed<Boolean> failed) {
        throw failed.why() instanceof DeadlinePassed late
            ? new DeadlinePassed(
                "deleting the path " + device.describe() + " of " + wwid + "; it goes on", late)
            : failed.why();
      }
      if (devices.exists(device.address())) {
        throw new KernelRefused(
            "the path " + device.describe() + " was deleted and is still there");
      }
    }
  }

  /**
   * The flush may have taken seconds, in which a session can end and another volume's get its host
   * number: an address is no name.
   */
  private void checkSame(Wwid wwid, ScsiDevice path) {
    Optional<String> now = devices.kept(path.address());
    if (now.isPresent() && !now.equals(path.kept()) && !now.get().equals(wwid.text())) {
      throw new WrongDevice(
          now.get()
              + " came to the address of the path "
              + path.describe()
              + " while the map was flushed, and is left as it is; try again");
    }
  }

  /**
   * The targets at which this may have left something, whose locks are worth waiting for: that of
   * its paths, and the one that was noted. Where nothing tells of any (the note is gone, and the
   * sessions were ended by hand), it may be each that Braid ever logged in to: a record that is
   * passed by now would be left for ever.
   */
  static List<Iqn> left(List<PathFinder.Path> paths, Optional<Lun> noted, List<Iqn> own) {
    var targets = new LinkedHashSet<Iqn>();
    noted.map(Lun::target).ifPresent(targets::add);
    for (PathFinder.Path path : paths) {
      path.session().map(IscsiSession::target).flatMap(Removal::iqn).ifPresent(targets::add);
    }
    return targets.isEmpty() ? own : List.copyOf(targets);
  }

  private static Optional<Iqn> iqn(String name) {
    try {
      return Optional.of(new Iqn(name));
    } catch (InvalidInput e) {
      log.debug("not a target of ours: {}", name);
      return Optional.empty();
    }
  }

  /**
   * @param noted where its number is known for sure
   */
  private void checkNothingLeft(Wwid wwid, Optional<Lun> noted, Deadline deadline) {
    if (maps.find(wwid).isPresent()) {
      throw new KernelRefused("a map of " + wwid + " came back while it was detached; try again");
    }
    List<PathFinder.Path> left =
        noted
            .map(lun -> finder.pathsOf(lun, deadline))
            .orElseGet(() -> finder.pathsOf(wwid, deadline));
    if (!left.isEmpty()) {
      throw new KernelRefused(
          "paths of " + wwid + " came back while it was detached; try again: " + left);
    }
  }
}
