package dev.braid.node;

import dev.braid.initiator.TargetHealth;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What a node can tell of the heads: which targets it sees through some of their portals only, and
 * which through none. Of a head that no volume here comes from it knows nothing.
 */
final class StorageWatch {

  private final Supplier<List<TargetHealth>> targets;

  StorageWatch(Supplier<List<TargetHealth>> targets) {
    this.targets = targets;
  }

  /** How bad a {@link Problem} is. */
  enum Severity {
    /** The target is reached, by fewer portals than it should be. */
    DEGRADED,
    /** The target is not reached at all. */
    UNREACHABLE
  }

  /**
   * What is wrong, with all the targets that it is wrong with: the specification wants each reason
   * once.
   *
   * @param reason one word, for programs
   * @param message each target, each portal that does not work, and why
   */
  record Problem(Severity severity, String reason, String message) {}

  /** Empty if every portal works. */
  List<Problem> problems() {
    List<TargetHealth> all = targets.get();
    var problems = new ArrayList<Problem>();
    String none = said(all, target -> target.working() == 0);
    if (!none.isEmpty()) {
      problems.add(new Problem(Severity.UNREACHABLE, "NoPortalWorks", none));
    }
    String some = said(all, t -> t.working() > 0 && t.working() < t.portals().size());
    if (!some.isEmpty()) {
      problems.add(new Problem(Severity.DEGRADED, "PortalsLost", some));
    }
    return problems;
  }

  private static String said(List<TargetHealth> all, Predicate<TargetHealth> which) {
    return all.stream().filter(which).map(StorageWatch::said).collect(Collectors.joining("; "));
  }

  private static String said(TargetHealth target) {
    return target.portals().stream()
        .filter(way -> !way.works())
        .map(way -> way.portal() + " does not work: " + way.why())
        .collect(
            Collectors.joining(
                "; ",
                "target "
                    + target.target()
                    + ": "
                    + target.working()
                    + " of "
                    + target.portals().size()
                    + " portals work; ",
                ""));
  }
}
