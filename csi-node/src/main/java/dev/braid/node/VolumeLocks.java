package dev.braid.node;

import dev.braid.base.Deadline;
import dev.braid.base.VolumeId;
import dev.braid.linux.lock.Lock;
import dev.braid.linux.lock.Locks;

/**
 * One call at a time works on a volume (rule 12). Another lock than the initiator's for attach and
 * detach, which are only a part of what a call does.
 */
final class VolumeLocks {

  private final Locks locks;

  VolumeLocks(Locks locks) {
    this.locks = locks;
  }

  Lock take(VolumeId volume, String call, Deadline deadline) {
    return locks.exclusive("node-volume-" + volume.serial(), call + " " + volume, deadline);
  }
}
