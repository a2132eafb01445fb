package dev.braid.initiator;

import java.util.List;

/**
 * Something about this host that an attach would rather not find wrong, and that takes no volume
 * from anybody: it is said, and stops nothing. It is looked at beside the calls, for it takes time,
 * or takes more the more LUNs there are (rule 19).
 */
interface Doubt {

  /** One thread at a time. */
  void look();

  /** What the last look found, each with what to do. May be asked by any thread. */
  List<String> found();
}
