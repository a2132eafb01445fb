package dev.braid.node;

import dev.braid.base.Deadline;
import dev.braid.base.VolumeId;
import dev.braid.base.error.AlreadyExists;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.Refused;
import dev.braid.base.error.Unsupported;
import dev.braid.base.step.Steps;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.block.BlockDevices;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.dm.Pinned;
import dev.braid.linux.file.change.HostFiles;
import dev.braid.linux.mount.MountEntry;
import dev.braid.linux.mount.MountTable;
import dev.braid.linux.mount.change.Mounts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a staged volume to a workload: its file system as a folder, or its device as a file, each
 * by a bind mount.
 */
final class PublishVolume {

  private static final Logger log = LoggerFactory.getLogger(PublishVolume.class);

  /** What is asked for. */
  record Wanted(VolumeId volume, Path staging, Path target, VolumeUse use, boolean readOnly) {
    Wanted {
      // A device's node can be opened for writing through a read-only mount: it would be a lie.
      if (readOnly && use instanceof VolumeUse.Block) {
        throw new Unsupported("a block volume cannot be published read-only");
      }
    }
  }

  private final VolumeLocks locks;
  private final DeviceMapper maps;
  private final MapWork work;
  private final BlockDevices blocks;
  private final Supplier<MountTable> mountTable;
  private final TurnedReadOnly turned;
  private final Mounts mounts;
  private final HostFiles files;
  private final Steps steps;

  PublishVolume(
      VolumeLocks locks,
      DeviceMapper maps,
      MapWork work,
      BlockDevices blocks,
      Supplier<MountTable> mountTable,
      TurnedReadOnly turned,
      Mounts mounts,
      HostFiles files,
      Steps steps) {
    this.locks = locks;
    this.maps = maps;
    this.work = work;
    this.blocks = blocks;
    this.mountTable = mountTable;
    this.turned = turned;
    this.mounts = mounts;
    this.files = files;
    this.steps = steps;
  }

  /**
   * @throws Refused if it is not staged so
   * @throws AlreadyExists if something else, or the same in another way, is at the target
   */
  void publish(Wanted wanted, Deadline deadline) {
    try (var volume = locks.take(wanted.volume(), "NodePublishVolume", deadline)) {
      DmDevice map =
          maps.multipath(wanted.volume().wwid()).orElseThrow(() -> notStaged(wanted.volume()));
      // What is bound is this map's node, and no other's.
      try (Pinned pinned = work.pin(map, deadline)) {
        if (wanted.use() instanceof VolumeUse.Block) {
          publishDevice(wanted, pinned.map());
        } else {
          publishFolder(wanted, pinned.map());
        }
      }
      log.debug("published {} at {}", wanted.volume(), wanted.target());
    }
  }

  private void publishFolder(Wanted wanted, DmDevice map) {
    Path target = wanted.target();
    MountTable table = mountTable.get();
    MountEntry staged =
        table
            .at(wanted.staging())
            .filter(e -> e.device().equals(map.number()))
            .orElseThrow(() -> notStaged(wanted.volume()));
    // A bind of a mount that is read-only is so too.
    boolean readOnly = wanted.readOnly() || mountedReadOnly(staged);
    Optional<MountEntry> there = table.at(target);
    if (there.isPresent()) {
      if (!there.get().device().equals(map.number())) {
        throw occupied(target, there.get());
      }
      if (mountedReadOnly(there.get()) != readOnly) {
        throw new AlreadyExists(
            "volume "
                + wanted.volume()
                + " is published at "
                + target
                + " already, "
                + (readOnly ? "but for writing" : "but read-only"));
      }
      return;
    }
    if (!readOnly) {
      turned.refuse(wanted.volume(), staged, map);
    }
    requireParent(target);
    steps.run("make target folder", step -> files.makeFolder(step, target));
    if (wanted.readOnly()) {
      steps.run("bind read-only", step -> mounts.bindReadOnly(step, wanted.staging(), target));
    } else {
      steps.run("bind", step -> mounts.bind(step, wanted.staging(), target));
    }
    if (!mountTable.get().at(target).map(MountEntry::device).equals(Optional.of(map.number()))) {
      throw new KernelRefused("the volume was bound to " + target + ", but is not there");
    }
  }

  private void publishDevice(Wanted wanted, DmDevice map) {
    Path target = wanted.target();
    MountTable table = mountTable.get();
    if (!table.of(map.number()).isEmpty()) {
      throw new Refused(
          "volume "
              + wanted.volume()
              + " is staged with a file system; its device is not given to"
              + " anybody as long as that is mounted");
    }
    Optional<MountEntry> there = table.at(target);
    Optional<DeviceNumber> wantedThere = Optional.of(map.number());
    if (there.isPresent()) {
      if (!there.get().showsMap() || !blocks.number(target).equals(wantedThere)) {
        throw occupied(target, there.get());
      }
      return;
    }
    turned.refuse(wanted.volume(), map);
    requireParent(target);
    steps.run("make target file", step -> files.makeFile(step, target));
    steps.run("bind", step -> mounts.bind(step, map.node(), target));
    if (!blocks.number(target).equals(wantedThere)) {
      throw new KernelRefused("the device was bound to " + target + ", but is not there");
    }
  }

  private static void requireParent(Path target) {
    Path parent = target.getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw new InvalidInput(
          "target_path", target.toString(), "the caller must have made the folder it is to be in");
    }
  }

  /** Of this mount alone: the file system under it may have become so by an error. */
  private static boolean mountedReadOnly(MountEntry entry) {
    return entry.options().contains("ro");
  }

  private static Refused notStaged(VolumeId volume) {
    return new Refused(
        "volume "
            + volume
            + " is not staged at that path on this node: NodeStageVolume comes"
            + " first");
  }

  private static AlreadyExists occupied(Path target, MountEntry there) {
    return new AlreadyExists("something else is mounted on " + target + ": " + there.source());
  }
}
