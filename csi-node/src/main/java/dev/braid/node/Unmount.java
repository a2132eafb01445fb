package dev.braid.node;

import dev.braid.base.Deadline;
import dev.braid.base.VolumeId;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.step.Steps;
import dev.braid.linux.mount.MountEntry;
import dev.braid.linux.mount.change.Mounts;
import dev.braid.linux.proc.Holders;
import java.time.Duration;

/** Unmounts without force, and names who is in the way (rule 9). */
final class Unmount {

  private static final Duration SEARCH = Duration.ofSeconds(5);

  private final Mounts mounts;
  private final WriteOut writeOut;
  private final Holders holders;
  private final Steps steps;

  Unmount(Mounts mounts, WriteOut writeOut, Holders holders, Steps steps) {
    this.mounts = mounts;
    this.writeOut = writeOut;
    this.holders = holders;
    this.steps = steps;
  }

  /**
   * Takes a mount off whose file system stays mounted elsewhere.
   *
   * @param step the step's name
   * @param top the mount on top of its target
   * @throws DeviceInUse naming every holder found
   */
  void unmount(String step, MountEntry top, Deadline deadline) {
    unmount(top, deadline, () -> steps.run(step, s -> mounts.unmount(s, top.target())));
  }

  /**
   * Takes off the last mount of a file system.
   *
   * @param written whether what is not written yet gets to the storage, and so must be there before
   *     anything is unmounted: the kernel tells nobody what an unmount failed to write
   * @throws DeviceInUse naming every holder found
   * @throws dev.braid.base.error.KernelRefused if something was not written, see {@link WriteOut};
   *     nothing is unmounted then
   */
  void unmountLast(
      String step, VolumeId volume, MountEntry top, boolean written, Deadline deadline) {
    if (written) {
      writeOut.run(volume, top, deadline);
    }
    unmount(
        top, deadline, () -> steps.run(step, s -> mounts.unmountLast(s, top.target(), deadline)));
  }

  /** The device of a volume is gone. */
  void forget(VolumeId volume) {
    writeOut.forget(volume);
  }

  private void unmount(MountEntry top, Deadline deadline, Runnable change) {
    deadline.check("unmounting " + top.target());
    try {
      change.run();
    } catch (DeviceInUse e) {
      throw new DeviceInUse(
          e.getMessage() + ", perhaps by " + holders.of(top.device(), deadline.atMost(SEARCH)), e);
    }
  }
}
