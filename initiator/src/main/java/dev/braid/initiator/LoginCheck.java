package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;

/** Whether a login would come about: asked without a lock, and without making a session. */
@FunctionalInterface
interface LoginCheck {

  boolean letsIn(Iqn target, Portal portal, Deadline deadline);
}
