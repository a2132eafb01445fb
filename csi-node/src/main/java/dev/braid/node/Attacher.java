package dev.braid.node;

import dev.braid.base.Deadline;
import dev.braid.base.Wwid;
import dev.braid.initiator.Attached;
import dev.braid.initiator.Lun;

/** The initiator's two verbs, as the node uses them. */
interface Attacher {

  Attached attach(Lun lun, Deadline deadline);

  /** Returns when nothing of the LUN is left, and proven so by the kernel. */
  void detach(Wwid wwid, Deadline deadline);

  /** As {@link dev.braid.initiator.Detach#checkWritable}. */
  void checkWritable(Wwid wwid, Deadline deadline);
}
