package dev.braid.node;

import dev.braid.base.NodeName;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.settings.Setting;
import dev.braid.base.settings.Switch;
import dev.braid.rpc.Endpoint;
import dev.braid.rpc.HealthPort;
import dev.braid.rpc.Logging;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Every setting of the node plugin. */
final class NodeSettings {

  private static final int SCSI_GENERIC_DEVICES = 32768;
  private static final int PATHS_PER_VOLUME = 8;

  static final Setting<NodeName> NODE_NAME =
      Setting.required(
          "BRAID_NODE_NAME", "name", "this node's name in Kubernetes, its CSI id", NodeName::new);

  static final Setting<Endpoint.Unix> ENDPOINT =
      Setting.optional(
          "BRAID_ENDPOINT",
          "unix:///run/braid/csi.sock",
          "unix:///PATH",
          "where to serve CSI",
          Endpoint::parseUnix);

  static final Setting<Path> STATE_FOLDER =
      Setting.optional(
          "BRAID_STATE_FOLDER",
          "/var/lib/braid",
          "path",
          "what is to outlive a restart: stage records, orders to discard, the portals that Braid"
              + " logged in to; in a container, at the path that it has on the host",
          Path::of);

  static final Setting<Path> LOCK_FOLDER =
      Setting.optional(
          "BRAID_LOCK_FOLDER",
          "/run/braid/locks",
          "path",
          "locks; the same for every Braid process of this host",
          Path::of);

  static final Setting<Boolean> KUBERNETES =
      Setting.optional(
          "BRAID_KUBERNETES",
          "off",
          "on or off",
          "whether this node's word goes to its Initiator in the API server, or to the log alone",
          Switch::parse);
  static final Setting<Optional<Path>> HOST_ROOT =
      Setting.optional(
          "BRAID_HOST_ROOT",
          "",
          "path, or empty",
          "in a container: where the host's root folder is mounted, to run the host's programs and"
              + " to give its systemd a unit",
          NodeSettings::optionalPath);

  static final Setting<Optional<Endpoint.Unix>> REGISTRATION =
      Setting.optional(
          "BRAID_KUBELET_REGISTRATION",
          "",
          "path, or empty",
          "the socket that kubelet finds this plugin by, in the folder plugins_registry",
          text -> optionalPath(text).map(Endpoint.Unix::new));

  static final Setting<Optional<Path>> KUBELET_ENDPOINT =
      Setting.optional(
          "BRAID_KUBELET_ENDPOINT",
          "",
          "path, or empty",
          "BRAID_ENDPOINT's socket as kubelet sees it; empty where it sees the same",
          NodeSettings::optionalPath);

  /**
   * How many volumes a scheduler may give this node.
   *
   * <p>What runs out first of what a volume needs is its paths' SCSI generic devices, through which
   * they are asked who they are (rule 3): the kernel has 32768 ({@code SG_MAX_DEVS} in {@code
   * drivers/scsi/sg.c}), for all SCSI devices of the host. The default leaves eight to each volume.
   * Block devices ({@code sd}) and maps have 2²⁰ minors each, a pool 16383 LUN numbers (rule 8).
   * The specification has 0 mean "the caller decides", which is for nobody to say here.
   */
  static final Setting<Integer> MAX_VOLUMES =
      Setting.optional(
          "BRAID_MAX_VOLUMES",
          Integer.toString(SCSI_GENERIC_DEVICES / PATHS_PER_VOLUME),
          "1 to " + SCSI_GENERIC_DEVICES,
          "how many volumes the node says it can take; the kernel's limit is 32768 paths in all",
          NodeSettings::volumes);

  static final Setting<Optional<Path>> CHAP_FOLDER =
      Setting.optional(
          "BRAID_CHAP_FOLDER",
          "",
          "path, or empty",
          "a folder of mode 0700 with a file for each target's CHAP credentials, named as the"
              + " target, or default for all; empty: without CHAP",
          NodeSettings::optionalPath);

  static final Setting<Optional<Path>> KILL_POINT_FOLDER =
      Setting.optional(
          "BRAID_KILL_POINT_FOLDER",
          "",
          "path, or empty",
          "for tests only: where to record steps and be told to die at one",
          NodeSettings::optionalPath);

  static final List<Setting<?>> ALL =
      List.of(
          NODE_NAME,
          ENDPOINT,
          STATE_FOLDER,
          LOCK_FOLDER,
          KUBERNETES,
          HOST_ROOT,
          REGISTRATION,
          KUBELET_ENDPOINT,
          HealthPort.PORT,
          MAX_VOLUMES,
          CHAP_FOLDER,
          KILL_POINT_FOLDER,
          Logging.LEVEL);

  private NodeSettings() {}

  private static int volumes(String text) {
    int volumes = Integer.parseInt(text);
    if (volumes < 1 || volumes > SCSI_GENERIC_DEVICES) {
      throw new InvalidInput("number of volumes", text, "want 1 to " + SCSI_GENERIC_DEVICES);
    }
    return volumes;
  }

  private static Optional<Path> optionalPath(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
  }
}
