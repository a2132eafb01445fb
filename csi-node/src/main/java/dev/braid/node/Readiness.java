package dev.braid.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at the start whether the host has what an attach will need, and says what it lacks. */
final class Readiness {

  private static final Logger log = LoggerFactory.getLogger(Readiness.class);

  private static final String ISCSID = "@ISCSIADM_ABSTRACT_NAMESPACE";
  private static final String MULTIPATHD = "@/org/kernel/linux/storage/multipathd";

  private final Path unixSockets;

  /**
   * @param unixSockets {@code /proc/net/unix}, of the host's network namespace
   */
  Readiness(Path unixSockets) {
    this.unixSockets = unixSockets;
  }

  void logWhatIsMissing() {
    missing().forEach(log::warn);
  }

  List<String> missing() {
    var missing = new ArrayList<String>();
    try {
      List<String> names =
          Files.readAllLines(unixSockets).stream()
              .map(line -> line.substring(line.lastIndexOf(' ') + 1))
              .toList();
      if (!names.contains(ISCSID)) {
        missing.add(
            "iscsid does not listen, so no volume can be attached: install open-iscsi on this"
                + " host, start iscsid.socket, and run this program in the host's network"
                + " namespace");
      }
      if (!names.contains(MULTIPATHD)) {
        missing.add(
            "multipathd does not listen, so no volume can be attached: install multipath-tools on"
                + " this host, start multipathd, and run this program in the host's network"
                + " namespace");
      }
    } catch (IOException e) {
      missing.add("cannot read " + unixSockets + ": " + e.getMessage());
    }
    return missing;
  }
}
