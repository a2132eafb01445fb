package dev.braid.node;

import dev.braid.base.Deadline;
import dev.braid.base.Wwid;
import dev.braid.initiator.Attached;
import dev.braid.initiator.Initiator;
import dev.braid.initiator.Lun;
import dev.braid.initiator.Reach;

/** Attaches by this host's initiator. */
final class InitiatorAttacher implements Attacher {

  private final Initiator initiator;
  private final Runnable lacking;

  /**
   * @param lacking told when a LUN was attached by fewer paths than it has portals
   */
  InitiatorAttacher(Initiator initiator, Runnable lacking) {
    this.initiator = initiator;
    this.lacking = lacking;
  }

  @Override
  public Attached attach(Lun lun, Deadline deadline) {
    Attached attached = initiator.attach().attach(lun, deadline);
    if (attached.paths() < lun.portals().size()) {
      lacking.run();
    }
    return attached;
  }

  @Override
  public void detach(Wwid wwid, Deadline deadline) {
    initiator.detach().detach(wwid, deadline);
  }

  @Override
  public Reach reach(Wwid wwid, Deadline deadline) {
    return initiator.detach().reach(wwid, deadline);
  }

  @Override
  public void stopQueueing(Wwid wwid, Deadline deadline) {
    initiator.detach().stopQueueing(wwid, deadline);
  }
}
