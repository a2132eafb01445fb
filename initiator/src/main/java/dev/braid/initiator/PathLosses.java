package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Wwid;
import dev.braid.base.metric.Counter;
import dev.braid.base.metric.Metrics;
import dev.braid.linux.uevent.Uevent;
import dev.braid.linux.uevent.UeventSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Counts the paths that attached LUNs lose, and how often one loses its last. The kernel tells of
 * each in the moment that it fails one (rule 19), so none is too short to be seen.
 */
final class PathLosses {

  private static final String MAP = "mpath-";

  /** Only to wait anew. */
  private static final Duration WAIT = Duration.ofHours(1);

  private final Predicate<Wwid> attached;
  private final Counter losses;

  PathLosses(Predicate<Wwid> attached, Metrics metrics) {
    this.attached = attached;
    this.losses =
        metrics.counter(
            "braid_path_losses_total",
            "Paths of attached volumes that device-mapper failed; 'all': it was the last one.",
            "lost");
  }

  /** Does not return but by a failure, or when its thread is ended. */
  void listen() {
    try (var events = UeventSocket.ofMaps()) {
      while (!Thread.currentThread().isInterrupted()) {
        Optional<Boolean> unused =
            events.await(this::counted, Optional::<Boolean>empty, Deadline.after(WAIT));
      }
    }
  }

  /**
   * @return false: nobody waits for the event
   */
  private boolean counted(Uevent event) {
    count(event);
    return false;
  }

  void count(Uevent event) {
    if (event.source() != Uevent.Source.KERNEL
        || !"PATH_FAILED".equals(event.mapProperties().get("DM_ACTION"))
        || !ours(event.mapProperties().getOrDefault("DM_UUID", ""))) {
      return;
    }
    losses.add(1, "path");
    if ("0".equals(event.mapProperties().get("DM_NR_VALID_PATHS"))) {
      losses.add(1, "all");
    }
  }

  private boolean ours(String uuid) {
    String wwid = uuid.startsWith(MAP) ? uuid.substring(MAP.length()) : "";
    return Wwid.looksLikeOne(wwid) && attached.test(new Wwid(wwid));
  }
}
