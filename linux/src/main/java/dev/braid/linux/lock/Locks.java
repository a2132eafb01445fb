package dev.braid.linux.lock;

import dev.braid.base.Deadline;
import dev.braid.base.error.Busy;

/** Named locks of a machine. */
public interface Locks {

  /**
   * Takes a lock alone.
   *
   * @param name of what is locked; any text
   * @param purpose what for, in a few words; those who wait in vain are told
   * @throws Busy naming the holder, if it could not be had before the deadline
   */
  Lock exclusive(String name, String purpose, Deadline deadline);

  /** Takes a lock together with others who also take it shared. */
  Lock shared(String name, String purpose, Deadline deadline);
}
