package dev.braid.initiator;

import dev.braid.base.Iqn;
import dev.braid.base.Wwid;

/** The names of the locks of rule 12, in one place, since two spellings would be no lock. */
final class LockNames {

  /** What Braid puts on this host for all its LUNs. */
  static final String HOST = "host";

  /** That it stays there: shared by each attach, had alone by who takes it off. */
  static final String SETUP = "setup";

  private LockNames() {}

  static String volume(Wwid wwid) {
    return "volume-" + wwid;
  }

  static String target(Iqn target) {
    return "target-" + target;
  }
}
