package dev.braid.node;

import dev.braid.base.Deadline;
import dev.braid.base.VolumeId;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.block.BlockDevices;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.file.change.HostFiles;
import dev.braid.linux.mount.MountEntry;
import dev.braid.linux.mount.MountTable;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a volume back from a workload: the bind mount, then the folder or file it was on. */
final class UnpublishVolume {

  private static final Logger log = LoggerFactory.getLogger(UnpublishVolume.class);

  private final VolumeLocks locks;
  private final DeviceMapper maps;
  private final BlockDevices blocks;
  private final Supplier<MountTable> mountTable;
  private final Unmount unmount;
  private final Discard discard;
  private final HostFiles files;
  private final Steps steps;

  UnpublishVolume(
      VolumeLocks locks,
      DeviceMapper maps,
      BlockDevices blocks,
      Supplier<MountTable> mountTable,
      Unmount unmount,
      Discard discard,
      HostFiles files,
      Steps steps) {
    this.locks = locks;
    this.maps = maps;
    this.blocks = blocks;
    this.mountTable = mountTable;
    this.unmount = unmount;
    this.discard = discard;
    this.files = files;
    this.steps = steps;
  }

  /**
   * A bind mount holds no data, so it goes without a path, too.
   *
   * @throws DeviceInUse if a file there is open
   * @throws dev.braid.base.error.NoPath if no I/O gets to it and nobody has ordered to discard the
   *     volume: where a file there is open, whose holder may wait for a path himself, or this is
   *     the file system's last mount
   * @throws Refused if something else is there; it is left as it is
   */
  void unpublish(VolumeId volume, Path target, Deadline deadline) {
    try (var held = locks.take(volume, "NodeUnpublishVolume", deadline)) {
      Optional<DmDevice> map = maps.multipath(volume.wwid());
      MountTable table = mountTable.get();
      // More than one where two calls once met, before there was a lock across processes.
      for (int left = table.countAt(target); left > 0; left--) {
        Optional<MountEntry> top = table.at(target);
        if (top.isPresent()) {
          refuseForeign(volume, map, top.get());
          boolean last = table.of(top.get().device()).size() == 1;
          unbind(volume, map, top.get(), last, deadline);
          table = mountTable.get();
        }
      }
      if (table.at(target).isPresent()) {
        throw new KernelRefused(target + " was unmounted, but something is still mounted there");
      }
      remove(target);
      log.debug("unpublished {} from {}", volume, target);
    }
  }

  private void unbind(
      VolumeId volume, Optional<DmDevice> map, MountEntry top, boolean last, Deadline deadline) {
    boolean writeOut =
        map.filter(m -> last && m.number().equals(top.device()))
            .map(m -> discard.permit(volume, m, deadline))
            .orElse(false);
    try {
      if (last) {
        unmount.unmountLast("unbind", volume, top, writeOut, deadline);
      } else {
        unmount.unmount("unbind", top, deadline);
      }
    } catch (DeviceInUse e) {
      map.ifPresent(m -> discard.permit(volume, m, deadline));
      throw e; // where it was discarded, its holder is about to hear of that
    }
  }

  private void refuseForeign(VolumeId volume, Optional<DmDevice> map, MountEntry there) {
    boolean ours =
        map.map(DmDevice::number).equals(Optional.of(there.device()))
            || isNode(there, map.map(DmDevice::number));
    if (!ours) {
      throw new Refused(
          "what is mounted on "
              + there.target()
              + " is not volume "
              + volume
              + " but "
              + there.source()
              + "; it is left there");
    }
  }

  /**
   * A device's node, given to a workload: this volume's, or one whose device is gone, for that can
   * be nobody's any more.
   */
  private boolean isNode(MountEntry there, Optional<DeviceNumber> map) {
    if (!there.showsMap()) {
      return false; // a look at any other mount may wait for its device or server
    }
    Optional<DeviceNumber> node = blocks.number(there.target());
    return node.isPresent() && (node.equals(map) || maps.byNumber(node.get()).isEmpty());
  }

  private void remove(Path target) {
    if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      steps.run("remove target folder", step -> files.removeEmptyFolder(step, target));
    } else if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      steps.run("remove target file", step -> files.removeEmptyFile(step, target));
    }
  }
}
