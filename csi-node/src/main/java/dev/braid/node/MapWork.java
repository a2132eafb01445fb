package dev.braid.node;

import dev.braid.base.Deadline;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.dm.Pinned;
import dev.braid.linux.wait.KernelWaits;
import java.util.function.Supplier;

/**
 * What the node does with a volume's map in which the kernel may wait for a path, without end: it
 * is left behind where the deadline passes, and the same is refused as long as it goes on.
 *
 * <p>What is left behind keeps no lock of the volume, since it may take an unstage to end it: one
 * with an order to discard, which has I/O fail that waits. Instead it holds the map open itself. So
 * the map, and the number by which its node is named, stay what they are until it has ended; no
 * detach can be done before, and it says what holds the map. What comes of it then:
 *
 * <ul>
 *   <li>A mount that ends well after its stage gave up is there: the same stage again finds it at
 *       the staging path, and an unstage unmounts it. It is not taken back here: another call may
 *       have found it by then.
 *   <li>Whatever else had the device for itself meanwhile, as a check of the file system, had the
 *       mount fail; the other way round the kernel refuses the check.
 *   <li>The mark of a format that is put on, or wiped off, late: nothing was ever mounted, and the
 *       next stage goes by what it finds; not before, since the device is claimed for the mark.
 *   <li>A map that was opened late is closed, an answer that came late is dropped.
 * </ul>
 */
final class MapWork {

  private final DeviceMapper maps;
  private final KernelWaits waits;

  MapWork(DeviceMapper maps, KernelWaits waits) {
    this.maps = maps;
    this.waits = waits;
  }

  /** Holds a map open, for what is done with it by its node. */
  Pinned pin(DmDevice map, Deadline deadline) {
    return waits.call(map.describe(), "opening", deadline, () -> maps.pin(map), Pinned::close);
  }

  /**
   * Does something with the map's node, which is held open for as long as that takes.
   *
   * @param doing as messages name it: "mounting"
   * @throws dev.braid.base.error.DeadlinePassed if it is not done in time; it goes on
   * @throws dev.braid.base.error.Busy if the same still goes on for an earlier call
   */
  void run(DmDevice map, String doing, Deadline deadline, Runnable work) {
    waits.run(
        map.describe(),
        doing,
        deadline,
        () -> {
          try (var pinned = maps.pin(map)) {
            work.run();
          }
        });
  }

  /** As {@link #run}, for what has an answer. */
  <T> T call(DmDevice map, String doing, Deadline deadline, Supplier<T> question) {
    return waits.call(
        map.describe(),
        doing,
        deadline,
        () -> {
          try (var pinned = maps.pin(map)) {
            return question.get();
          }
        });
  }

  /** As {@link #call}, for what goes by a mount, which holds the map itself. */
  <T> T callMounted(DmDevice map, String doing, Deadline deadline, Supplier<T> question) {
    return waits.call(map.describe(), doing, deadline, question);
  }
}
