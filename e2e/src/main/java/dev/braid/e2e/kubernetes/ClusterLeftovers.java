package dev.braid.e2e.kubernetes;

import dev.braid.base.Deadline;
import dev.braid.e2e.probe.Leftovers;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/**
 * {@link Leftovers} of a cluster: nodes, head, and what the API server knows of volumes, claims,
 * attachments, pods, and of what nodes owe or have attested.
 */
public final class ClusterLeftovers {

  private static final Duration SETTLE = Duration.ofSeconds(60);

  /**
   * The record of a detach stays until its word was heard through the API server. A plugin that was
   * killed just then has to start and to make its first connection; in emulation that is a minute.
   */
  private static final Duration HEARD = Duration.ofMinutes(3);

  private static final Duration PAUSE = Duration.ofMillis(500);

  private static final String KINDS =
      "statefulsets,persistentvolumeclaims,persistentvolumes,volumeattachments";

  private static final String WORDS =
      "jsonpath={range .items[*]}{.metadata.name}: attested"
          + " {.status.attested[*].volume}, owes {.status.debts[*].volume}{\"\\n\"}{end}";

  private final LabCluster cluster;
  private final Leftovers machines;
  private final TreeSet<String> before;

  private ClusterLeftovers(LabCluster cluster, Leftovers machines, TreeSet<String> before) {
    this.cluster = cluster;
    this.machines = machines;
    this.before = before;
  }

  /** Notes what there is now. */
  public static ClusterLeftovers of(LabCluster cluster) {
    return new ClusterLeftovers(cluster, Leftovers.of(cluster.lab()), known(cluster));
  }

  /**
   * @throws AssertionError that lists every difference; objects and processes get a while to go
   */
  public void assertNoneNow() {
    Deadline settled = Deadline.after(SETTLE);
    TreeSet<String> now = known(cluster);
    while (!now.equals(before) && !settled.passed()) {
      // Several kinds of objects, of several controllers: no one watch tells of them all.
      LockSupport.parkNanos(PAUSE.toNanos());
      now = known(cluster);
    }
    if (!now.equals(before)) {
      var more = new TreeSet<>(now);
      more.removeAll(before);
      var less = new TreeSet<>(before);
      less.removeAll(now);
      throw new AssertionError("left over in the API server: " + more + "; gone from it: " + less);
    }
    machines.assertNoneWithin(HEARD);
  }

  private static TreeSet<String> known(LabCluster cluster) {
    var all = new TreeSet<String>();
    for (String kind : List.of(KINDS)) {
      cluster.kubectl("get", kind, "-A", "-o", "name").lines().forEach(all::add);
    }
    // Braid's own pods come and go with an upgrade.
    cluster
        .kubectl(
            "get",
            "pods",
            "-A",
            "--field-selector",
            "metadata.namespace!=" + Release.NAMESPACE,
            "-o",
            "name")
        .lines()
        .forEach(all::add);
    cluster.kubectl("get", "initiators", "-o", WORDS).lines().forEach(all::add);
    return all;
  }
}
