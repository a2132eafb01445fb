package dev.braid.node;

import dev.braid.base.Deadline;
import dev.braid.base.VolumeId;
import dev.braid.base.Wwid;
import dev.braid.base.error.NotFound;
import dev.braid.initiator.LunHealth;
import dev.braid.initiator.LunHealth.State;
import dev.braid.initiator.ReadOnlyMap;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.block.BlockDevices;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.filesystem.Usage;
import dev.braid.linux.mount.MountEntry;
import dev.braid.linux.mount.MountTable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** What a node can tell of a volume that it has: how full it is, and how its paths are. */
final class VolumeWatch {

  /** What has an answer gives it at once; nobody waits for it as long as for a stage. */
  private static final Duration ASK = Duration.ofSeconds(10);

  private final DeviceMapper maps;
  private final MapWork work;
  private final BlockDevices blocks;
  private final Supplier<MountTable> mountTable;
  private final TurnedReadOnly turned;
  private final Function<Wwid, Optional<LunHealth>> health;

  VolumeWatch(
      DeviceMapper maps,
      MapWork work,
      BlockDevices blocks,
      Supplier<MountTable> mountTable,
      TurnedReadOnly turned,
      Function<Wwid, Optional<LunHealth>> health) {
    this.maps = maps;
    this.work = work;
    this.blocks = blocks;
    this.mountTable = mountTable;
    this.turned = turned;
    this.health = health;
  }

  /** How bad a {@link Problem} is. */
  enum Severity {
    /** It works, with fewer paths than it should have, or for reading only. */
    DEGRADED,
    /** No path works: I/O waits, and then fails. */
    INACCESSIBLE
  }

  /**
   * What is wrong with a volume.
   *
   * @param reason one word, for programs
   * @param message in words; of paths, each that does not work, and why
   */
  record Problem(Severity severity, String reason, String message) {}

  /** How full it is: in bytes and inodes if it is mounted, in bytes alone if it is a device. */
  record Filling(Optional<Usage> mounted, long deviceBytes) {}

  /**
   * @throws NotFound if the volume is not on this node, or not at that path
   * @throws dev.braid.base.error.DeadlinePassed if file system or device do not tell
   * @throws dev.braid.base.error.Busy if they still have not told an earlier call
   */
  Filling filling(VolumeId volume, Path path, Deadline deadline) {
    Deadline patience = deadline.atMost(ASK);
    DmDevice map = map(volume);
    Optional<MountEntry> there = mountTable.get().at(path);
    if (there.map(MountEntry::device).equals(Optional.of(map.number()))) {
      return new Filling(
          Optional.of(
              work.callMounted(map, "asking the file system of", patience, () -> Usage.of(path))),
          0);
    }
    Optional<DeviceNumber> device =
        there.filter(MountEntry::showsMap).flatMap(e -> blocks.number(path));
    if (!device.equals(Optional.of(map.number()))) {
      throw new NotFound("volume " + volume + " is not at " + path + " on this node");
    }
    return new Filling(
        Optional.empty(),
        work.call(map, "asking the size of", patience, () -> blocks.bytes(map.node())));
  }

  /**
   * @throws NotFound if the volume is not on this node
   */
  List<Problem> problems(VolumeId volume) {
    DmDevice map = map(volume);
    var problems = new ArrayList<Problem>();
    health.apply(volume.wwid()).flatMap(VolumeWatch::problem).ifPresent(problems::add);
    if (map.readOnly()) {
      problems.add(new Problem(Severity.DEGRADED, "MapReadOnly", ReadOnlyMap.text(map)));
    }
    mountTable.get().of(map.number()).stream()
        .filter(mount -> turned.is(mount, map))
        .findFirst()
        .map(
            mount ->
                new Problem(Severity.DEGRADED, "FileSystemReadOnly", TurnedReadOnly.text(mount)))
        .ifPresent(problems::add);
    return problems;
  }

  static Optional<Problem> problem(LunHealth health) {
    List<String> said = new ArrayList<>();
    for (LunHealth.Path path : health.paths()) {
      if (path.state() != State.WORKING) {
        said.add(
            path.name()
                + (path.state() == State.LOST ? " is lost: " : " is missing: ")
                + path.why());
      }
    }
    if (said.isEmpty()) {
      return Optional.empty();
    }
    String message =
        health.working()
            + " of "
            + health.paths().size()
            + " paths work; "
            + String.join("; ", said);
    return Optional.of(
        health.working() == 0
            ? new Problem(Severity.INACCESSIBLE, "NoPathWorks", message)
            : new Problem(Severity.DEGRADED, "PathsLost", message));
  }

  private DmDevice map(VolumeId volume) {
    return maps.multipath(volume.wwid())
        .orElseThrow(() -> new NotFound("volume " + volume + " is not on this node"));
  }
}
