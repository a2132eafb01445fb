package dev.braid.node;

import dev.braid.base.Deadline;
import dev.braid.base.Wwid;
import dev.braid.initiator.Attached;
import dev.braid.initiator.Lun;
import dev.braid.initiator.Reach;

/** The initiator's verbs, as the node uses them. */
interface Attacher {

  Attached attach(Lun lun, Deadline deadline);

  /** Returns when nothing of the LUN is left, and proven so by the kernel. */
  void detach(Wwid wwid, Deadline deadline);

  /** As {@link dev.braid.initiator.Detach#reach}. */
  Reach reach(Wwid wwid, Deadline deadline);

  /** As {@link dev.braid.initiator.Detach#stopQueueing}. */
  void stopQueueing(Wwid wwid, Deadline deadline);
}
