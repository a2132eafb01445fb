package dev.braid.node;

import dev.braid.base.Deadline;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.step.Steps;
import dev.braid.linux.mount.MountEntry;
import dev.braid.linux.mount.MountTable;
import dev.braid.linux.mount.change.Mounts;
import dev.braid.linux.proc.Holders;
import java.time.Duration;
import java.util.function.Supplier;

/** Unmounts without force, and names who is in the way (rule 9). */
final class Unmount {

  private static final Duration SEARCH = Duration.ofSeconds(5);

  private final Mounts mounts;
  private final Supplier<MountTable> mountTable;
  private final Holders holders;
  private final Steps steps;

  Unmount(Mounts mounts, Supplier<MountTable> mountTable, Holders holders, Steps steps) {
    this.mounts = mounts;
    this.mountTable = mountTable;
    this.holders = holders;
    this.steps = steps;
  }

  /**
   * @param step the step's name
   * @param top the mount on top of its target
   * @throws DeviceInUse naming every holder found
   */
  void unmount(String step, MountEntry top, Deadline deadline) {
    deadline.check("unmounting " + top.target());
    try {
      if (mountTable.get().of(top.device()).size() > 1) {
        steps.run(step, s -> mounts.unmount(s, top.target()));
      } else {
        steps.run(step, s -> mounts.unmountLast(s, top.target(), deadline));
      }
    } catch (DeviceInUse e) {
      throw new DeviceInUse(
          e.getMessage() + ", perhaps by " + holders.of(top.device(), deadline.atMost(SEARCH)), e);
    }
  }
}
