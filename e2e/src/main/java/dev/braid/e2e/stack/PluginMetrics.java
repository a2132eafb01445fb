package dev.braid.e2e.stack;

import dev.braid.e2e.lab.Machine;
import java.util.List;
import java.util.Map;

/**
 * What a node plugin says of itself at its health port, at one moment.
 *
 * @param rows in Prometheus' text format
 */
public record PluginMetrics(List<String> rows) {

  /** Another one than the chart's: a plugin of a cluster may be at work in the same machine. */
  private static final int PORT = 9818;

  /** What a plugin is to be started with. */
  public static Map<String, String> settings() {
    return Map.of("BRAID_HEALTH_PORT", String.valueOf(PORT));
  }

  public static PluginMetrics of(Machine node) {
    // The machines have no program that speaks HTTP, and bash opens connections.
    return new PluginMetrics(
        node.run(
                "exec 3<> /dev/tcp/127.0.0.1/"
                    + PORT
                    + " && printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3")
            .lines()
            .toList());
  }

  /**
   * @param row its name, with its labels if it has any
   * @return 0 also for one that was never counted up: it is not there yet
   */
  public double value(String row) {
    return rows.stream()
        .filter(line -> line.startsWith(row + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(row.length() + 1).strip()))
        .sum();
  }
}
