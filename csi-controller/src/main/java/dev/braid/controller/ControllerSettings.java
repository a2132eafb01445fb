package dev.braid.controller;

import dev.braid.base.error.InvalidInput;
import dev.braid.base.settings.Setting;
import dev.braid.base.settings.Switch;
import dev.braid.rpc.Endpoint;
import dev.braid.rpc.HealthPort;
import dev.braid.rpc.Logging;
import dev.braid.rpc.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The controller's settings. */
final class ControllerSettings {

  private static final long MAX_ATTEST_WAIT_MS = 60_000;

  static final Setting<Endpoint.Unix> ENDPOINT =
      Setting.optional(
          "BRAID_ENDPOINT",
          "unix:///csi/csi.sock",
          "unix:///PATH",
          "where the sidecars reach the controller",
          Endpoint::parseUnix);

  static final Setting<Path> TOPOLOGY_FILE =
      Setting.required(
          "BRAID_TOPOLOGY_FILE",
          "path",
          "heads, pools and nodes, in YAML; read anew when it changes",
          Path::of);

  static final Setting<Duration> ATTEST_WAIT =
      Setting.optional(
          "BRAID_ATTEST_WAIT",
          "3000",
          "milliseconds, 0 to " + MAX_ATTEST_WAIT_MS,
          "how long a node's word that its device is gone may take, before the head fences",
          ControllerSettings::attestWait);

  static final Setting<Boolean> KUBERNETES =
      Setting.optional(
          "BRAID_KUBERNETES",
          "off",
          "on or off",
          "whether nodes' names and words come from their Initiators in the API server; otherwise"
              + " names come from the topology file, and words to the head past the controller",
          Switch::parse);

  static final Setting<Optional<Path>> KILL_POINT_FOLDER =
      Setting.optional(
          "BRAID_KILL_POINT_FOLDER",
          "",
          "path",
          "for tests: record every step there, and end before or after one that is named there",
          text -> text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text)));

  static final List<Setting<?>> ALL =
      List.of(
          ENDPOINT,
          TOPOLOGY_FILE,
          TlsFiles.CA,
          TlsFiles.CERTIFICATE,
          TlsFiles.KEY,
          ATTEST_WAIT,
          KUBERNETES,
          HealthPort.PORT,
          KILL_POINT_FOLDER,
          Logging.LEVEL);

  private ControllerSettings() {}

  private static Duration attestWait(String text) {
    long millis = Long.parseLong(text);
    if (millis < 0 || millis > MAX_ATTEST_WAIT_MS) {
      throw new InvalidInput("time", text, "want 0 to " + MAX_ATTEST_WAIT_MS);
    }
    return Duration.ofMillis(millis);
  }
}
