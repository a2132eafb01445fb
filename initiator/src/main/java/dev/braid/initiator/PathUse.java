package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.KernelRefused;
import dev.braid.initiator.Parallel.Outcome;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.block.Claims;
import dev.braid.linux.block.Nodes;
import dev.braid.linux.loop.Loop;
import dev.braid.linux.loop.Loops;
import dev.braid.linux.proc.Holders;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.sysfs.ScsiDevice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * Whether somebody uses a path's device past its map: a mount, a swap, a loop device, a device of
 * device-mapper or md. The kernel deletes it under them without a word.
 *
 * <p>A program that has it open as it would any file is not looked for before a path is deleted: no
 * number in the kernel counts these, and a look at every open file of the host would make a detach
 * cost more than all else of it. What such a program wrote is written out by the deletion.
 */
final class PathUse {

  /** Longer than a lost session holds back what would tell. */
  private static final Duration ASK = Duration.ofSeconds(12);

  /** udev and multipath each have a device for themselves for a moment after its map went. */
  private static final Duration BUSY = Duration.ofSeconds(5);

  /** A look at every process of the host, on a host that is busy. */
  private static final Duration SEARCH = Duration.ofSeconds(30);

  private final BlockTree blocks;
  private final Loops loops;
  private final Claims claims;
  private final Holders holders;
  private final Path dev;

  PathUse(BlockTree blocks, Loops loops, Claims claims, Holders holders, Path dev) {
    this.blocks = blocks;
    this.loops = loops;
    this.claims = claims;
    this.holders = holders;
    this.dev = dev;
  }

  /**
   * To be asked before paths are deleted whose map is gone.
   *
   * @param hold is kept by what asks a path that hangs
   * @throws DeviceInUse naming who uses one
   * @throws DeadlinePassed if one hangs
   */
  void checkFree(List<ScsiDevice> paths, Hold hold, Deadline deadline) {
    List<Outcome<Boolean>> outcomes = ask(paths, hold, deadline);
    for (int i = 0; i < paths.size(); i++) {
      if (used(paths.get(i), outcomes.get(i))) {
        throw new DeviceInUse(
            "the path "
                + paths.get(i).describe()
                + " is in use, though its map is gone, by "
                + String.join(", ", named(paths.get(i), deadline)));
      }
    }
  }

  /** All who use a device, in words, also programs that have it open; nobody if it is empty. */
  List<String> users(ScsiDevice device, Hold hold, Deadline deadline) {
    List<String> who = search(device, deadline);
    if (who.isEmpty() && used(device, ask(List.of(device), hold, deadline).get(0))) {
      return named(device, deadline);
    }
    return who;
  }

  private List<Outcome<Boolean>> ask(List<ScsiDevice> devices, Hold hold, Deadline deadline) {
    Duration half = deadline.left().dividedBy(2); // so that an answer comes in time
    Deadline patience = deadline.atMost(half.compareTo(BUSY) < 0 ? half : BUSY);
    var tasks = new ArrayList<Callable<Boolean>>();
    devices.forEach(d -> tasks.add(() -> staysUsed(d, patience)));
    return Parallel.run("the kernel itself waits for it", hold, tasks, deadline.atMost(ASK));
  }

  private boolean used(ScsiDevice device, Outcome<Boolean> outcome) {
    if (outcome instanceof Outcome.Failed<Boolean> failed) {
      if (number(device).isEmpty()) {
        return false; // it went meanwhile
      }
      BraidException why = failed.why();
      String what =
          "cannot tell whether the path "
              + device.describe()
              + " is in use, so it is kept: "
              + why.getMessage();
      throw why instanceof DeadlinePassed
          ? new DeadlinePassed(what, why)
          : new KernelRefused(what, why);
    }
    return ((Outcome.Done<Boolean>) outcome).value();
  }

  private boolean staysUsed(ScsiDevice device, Deadline patience) {
    var pause = new Backoff();
    while (isUsed(device)) {
      if (patience.passed()) {
        return true;
      }
      pause.await(patience);
    }
    return false;
  }

  private boolean isUsed(ScsiDevice device) {
    Optional<DeviceNumber> number = number(device);
    if (number.isEmpty()) {
      return false; // nothing can stand on what is no block device, or not any more
    }
    String name = device.block().orElseThrow();
    return !blocks.holders(name).isEmpty() || looped(name) || claims.claimed(dev.resolve(name));
  }

  /**
   * Whether a loop device is over it, or over a partition of it. Only where that is over a node in
   * {@code /dev}: a look at any other file may wait for the server that it is on.
   */
  private boolean looped(String name) {
    List<Path> files =
        loops.all().stream().map(Loop::file).filter(file -> file.startsWith(dev)).toList();
    if (files.isEmpty()) {
      return false; // as on most hosts; its partitions are of no interest then
    }
    List<String> parts = Stream.concat(Stream.of(name), blocks.partitions(name).stream()).toList();
    List<Path> nodes = parts.stream().map(dev::resolve).toList();
    List<DeviceNumber> numbers =
        parts.stream().map(blocks::number).flatMap(Optional::stream).toList();
    return files.stream()
        .anyMatch(f -> nodes.contains(f) || Nodes.block(f).filter(numbers::contains).isPresent());
  }

  private List<String> named(ScsiDevice device, Deadline deadline) {
    List<String> who = search(device, deadline);
    return who.isEmpty() ? List.of("somebody who could not be found") : who;
  }

  private List<String> search(ScsiDevice device, Deadline deadline) {
    return number(device).map(n -> holders.of(n, deadline.atMost(SEARCH))).orElse(List.of());
  }

  private Optional<DeviceNumber> number(ScsiDevice device) {
    return device.block().flatMap(blocks::number);
  }
}
