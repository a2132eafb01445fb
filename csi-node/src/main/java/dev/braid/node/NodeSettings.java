package dev.braid.node;

import dev.braid.base.NodeName;
import dev.braid.base.settings.Setting;
import dev.braid.base.settings.Switch;
import dev.braid.rpc.Endpoint;
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

  static final Setting<Optional<Path>> KILL_POINT_FOLDER =
      Setting.optional(
          "BRAID_KILL_POINT_FOLDER",
          "",
          "path, or empty",
          "for tests only: where to record steps and be told to die at one",
          text -> text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text)));

  static final List<Setting<?>> ALL =
      List.of(
          NODE_NAME,
          ENDPOINT,
          STATE_FOLDER,
          LOCK_FOLDER,
          KUBERNETES,
          KILL_POINT_FOLDER,
          Logging.LEVEL);

  private NodeSettings() {}
}
