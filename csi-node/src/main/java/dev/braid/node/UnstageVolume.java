package dev.braid.node;

import dev.braid.base.Deadline;
import dev.braid.base.VolumeId;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.mount.MountEntry;
import dev.braid.linux.mount.MountTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a volume off this node and gives the node's word on it. All it needs to know is the
 * volume's id (rule 4); the record of the stage is for that word alone.
 */
final class UnstageVolume {

  private static final Logger log = LoggerFactory.getLogger(UnstageVolume.class);

  private final VolumeLocks locks;
  private final StageRecords records;
  private final Attacher attacher;
  private final Attestor attestor;
  private final DeviceMapper maps;
  private final Supplier<MountTable> mountTable;
  private final TurnedReadOnly turned;
  private final Unmount unmount;
  private final Discard discard;

  UnstageVolume(
      VolumeLocks locks,
      StageRecords records,
      Attacher attacher,
      Attestor attestor,
      DeviceMapper maps,
      Supplier<MountTable> mountTable,
      TurnedReadOnly turned,
      Unmount unmount,
      Discard discard) {
    this.locks = locks;
    this.records = records;
    this.attacher = attacher;
    this.attestor = attestor;
    this.maps = maps;
    this.mountTable = mountTable;
    this.turned = turned;
    this.unmount = unmount;
    this.discard = discard;
  }

  /**
   * @throws DeviceInUse if it is still published, or held open by somebody: named, and untouched
   * @throws dev.braid.base.error.NoPath if it may hold what is not written yet, no I/O gets to it,
   *     and nobody has ordered to discard it; it is untouched
   */
  void unstage(VolumeId volume, Path staging, Deadline deadline) {
    try (var held = locks.take(volume, "NodeUnstageVolume", deadline)) {
      maps.multipath(volume.wwid())
          .ifPresent(
              map -> {
                MountTable table = mountTable.get();
                refuseWhilePublished(volume, map, table, staging);
                if (inUse(map, table)) {
                  boolean writeOut = discard.permit(volume, map, deadline);
                  unmount(volume, map, staging, writeOut, deadline);
                } // what nobody has open has nothing left to write
              });
      attacher.detach(volume.wwid(), deadline);
      attest(volume);
      discard.forget(volume);
      unmount.forget(volume);
      log.debug("unstaged {}", volume);
    }
  }

  private static void refuseWhilePublished(
      VolumeId volume, DmDevice map, MountTable table, Path staging) {
    var published = new ArrayList<Path>();
    List<MountEntry> all = new ArrayList<>(table.of(map.number()));
    all.addAll(table.ofNode(map.kernelName()));
    all.stream().map(MountEntry::target).filter(t -> !t.equals(staging)).forEach(published::add);
    if (!published.isEmpty()) {
      throw new DeviceInUse(
          "volume " + volume + " is still mounted at " + published + ": unpublish it there first");
    }
  }

  /** A mount that left the table may still be writing: then the map is open (rule 9). */
  private static boolean inUse(DmDevice map, MountTable table) {
    return map.openCount() > 0 || !table.of(map.number()).isEmpty();
  }

  /** More than once, where it was mounted more than once. */
  private void unmount(
      VolumeId volume, DmDevice map, Path staging, boolean writeOut, Deadline deadline) {
    MountTable table = mountTable.get(); // whether a path answers may have taken seconds
    for (int left = table.countAt(staging); left > 0; left--) {
      Optional<MountEntry> top = table.at(staging);
      if (top.isEmpty() || !top.get().device().equals(map.number())) {
        break; // what is not this volume's is none of our business
      }
      if (turned.is(top.get(), map)) {
        log.warn(
            "the file system of {} at {} has turned read-only after an error: what it had not"
                + " written by then is lost",
            map.name(),
            staging);
      }
      if (table.of(map.number()).size() == 1) {
        unmount.unmountLast("unmount volume", volume, top.get(), writeOut, deadline);
      } else {
        unmount.unmount("unmount volume", top.get(), deadline);
      }
      table = mountTable.get();
    }
    if (table.of(map.number()).stream().anyMatch(e -> e.target().equals(staging))) {
      throw new KernelRefused(staging + " was unmounted, but " + map.name() + " is still there");
    }
  }

  private void attest(VolumeId volume) {
    Optional<StageRecord> record = records.find(volume);
    if (record.isEmpty()) {
      log.info("no record of a stage of {} in this boot: nothing to attest", volume);
    }
    attestor.gone(volume, record);
  }
}
