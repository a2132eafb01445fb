package dev.braid.linux.dm.change;

import dev.braid.base.error.DeviceInUse;
import dev.braid.base.step.Step;
import dev.braid.linux.dm.DmDevice;

/**
 * Changes to one map, each addressed so that it cannot meet another one of the same name. In each
 * the kernel may wait for what somebody else, or its own work on the paths, has not brought to its
 * end; no deadline can end that, and whoever has one makes them on a thread that can be left
 * behind.
 */
public interface DeviceMapperChange {

  /** Lets I/O through again; nothing where the map is not suspended, or gone. */
  void resume(Step step, DmDevice map);

  /**
   * Removes it at once or not at all; never later by itself. Nothing where it is gone.
   *
   * @throws DeviceInUse if somebody has it open
   */
  void remove(Step step, DmDevice map);

  /** Sends a message to its target, in the words of that target's kind. */
  void message(Step step, DmDevice map, String message);

  /** From now on I/O waits while no path is left. multipathd ends the wait, if it is set to. */
  default void queueIfNoPath(Step step, DmDevice map) {
    message(step, map, "queue_if_no_path");
  }

  /** From now on, and for what waits already, I/O fails while no path is left. */
  default void failIfNoPath(Step step, DmDevice map) {
    message(step, map, "fail_if_no_path");
  }
}
