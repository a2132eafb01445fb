package dev.braid.node;

import dev.braid.base.metric.Metrics;
import dev.braid.initiator.Clocks;
import dev.braid.initiator.Health;
import dev.braid.initiator.LunHealth;
import dev.braid.initiator.Uninvited;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * How many paths each volume has in which state, how many portals do not work, and why, how many
 * devices nobody asked for, and what time it is at the heads.
 */
final class PathMetrics {

  private PathMetrics() {}

  static void register(Metrics metrics, Health health, Uninvited uninvited, Clocks clocks) {
    metrics.gauges(
        "braid_paths",
        "Paths of attached volumes.",
        List.of("serial", "state"),
        () -> paths(health::all));
    metrics.gauges(
        "braid_portals_down",
        "Portals of attached volumes whose session does not work.",
        List.of("cause"),
        health::causes);
    metrics.gauge(
        "braid_foreign_devices",
        "SCSI devices of Braid's LUNs that no attach asked for; the log names them.",
        uninvited::count);
    metrics.gauges(
        "braid_head_clock_ahead_seconds",
        "How far the clocks of the heads that tell it are ahead of this host's.",
        List.of("address"),
        clocks::seconds);
  }

  static Map<List<String>, Double> paths(Supplier<List<LunHealth>> all) {
    var counts = new HashMap<List<String>, Double>();
    for (LunHealth lun : all.get()) {
      for (LunHealth.State state : LunHealth.State.values()) {
        long count = lun.paths().stream().filter(p -> p.state() == state).count();
        counts.put(
            List.of(lun.wwid().serial().digits(), state.name().toLowerCase(Locale.ROOT)),
            (double) count);
      }
    }
    return counts;
  }
}
