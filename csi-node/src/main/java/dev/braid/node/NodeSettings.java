package dev.braid.node;

import dev.braid.base.NodeName;
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
          "what is to outlive a restart: stage records, the portals that Braid logged in to",
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
          "in a container: where the host's root folder is mounted, to run the host's iscsiadm",
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
          KILL_POINT_FOLDER,
          Logging.LEVEL);

  private NodeSettings() {}

  private static Optional<Path> optionalPath(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
  }
}
