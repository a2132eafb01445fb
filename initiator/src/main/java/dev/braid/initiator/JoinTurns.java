package dev.braid.initiator;

import dev.braid.base.Iqn;
import dev.braid.base.Wwid;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which LUNs that lack a path are tried in one look. A session may be up and nothing get through to
 * any LUN behind it: each try then takes its whole time, in which no other target's paths are
 * brought back, and nobody can detach the LUN. One such try is enough for its target; the next look
 * begins with another of its LUNs, as it may be the LUN's own fault.
 */
final class JoinTurns {

  /** One that a head refuses, or that joins, is through in less, on a host that is not slow. */
  private static final Duration LONG = Duration.ofSeconds(5);

  /** LUNs whose last try took long and was in vain; the last of them at the end. */
  private final Set<Wwid> last = new LinkedHashSet<>();

  private final Set<Iqn> over = new HashSet<>();

  /**
   * A look begins.
   *
   * @return the same LUNs, in the order to try them
   */
  List<Lun> begin(List<Lun> lacking) {
    over.clear();
    last.retainAll(lacking.stream().map(Lun::wwid).toList());
    return Stream.concat(
            lacking.stream().filter(lun -> !last.contains(lun.wwid())),
            last.stream().flatMap(w -> lacking.stream().filter(lun -> lun.wwid().equals(w))))
        .toList();
  }

  /** Whether this look leaves out its target's LUNs from now on. */
  boolean isOver(Lun lun) {
    return over.contains(lun.target());
  }

  /**
   * @param inVain whether it lacks a path that was tried
   */
  void tried(Lun lun, Duration took, boolean inVain) {
    last.remove(lun.wwid());
    if (inVain && took.compareTo(LONG) >= 0) {
      last.add(lun.wwid());
      over.add(lun.target());
    }
  }
}
