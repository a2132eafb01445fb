package dev.braid.initiator;

import dev.braid.base.Iqn;
import dev.braid.base.LunNumber;
import dev.braid.base.Portal;
import dev.braid.base.Wwid;
import dev.braid.base.error.InvalidInput;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.sysfs.Hctl;
import java.util.List;

/**
 * Where a LUN is and who it must prove to be: all that an attach needs to know.
 *
 * @param portals every way to the target, one path each
 */
public record Lun(Iqn target, List<Portal> portals, LunNumber number, Wwid wwid) {

  public Lun {
    portals = List.copyOf(portals);
    if (portals.isEmpty()) {
      throw new InvalidInput("a LUN without a portal cannot be attached: target " + target);
    }
  }

  /** The same LUN by some of its ways only. */
  Lun through(List<Portal> some) {
    return new Lun(target, some, number, wwid);
  }

  /** Where a session has it. */
  Hctl behind(IscsiSession session) {
    return new Hctl(session.host(), 0, session.targetId(), number.value());
  }
}
