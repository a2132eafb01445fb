package dev.braid.agent;

import dev.braid.base.Iqn;
import dev.braid.base.PoolName;
import dev.braid.base.Portal;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.settings.Setting;
import dev.braid.rpc.Endpoint;
import dev.braid.rpc.Logging;
import dev.braid.rpc.TlsFiles;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The agent's settings. */
final class AgentSettings {

  static final Setting<PoolName> POOL =
      Setting.required(
          "BRAID_POOL", "pool's name", "the first part of its volumes' ids", PoolName::new);

  static final Setting<Path> POOL_FOLDER =
      Setting.required(
          "BRAID_POOL_FOLDER",
          "path",
          "the folder that holds the pool's book and the files of its volumes; it is not made",
          Path::of);

  static final Setting<Iqn> TARGET =
      Setting.required(
          "BRAID_TARGET_IQN", "iSCSI name", "the target that exports the pool", Iqn::new);

  static final Setting<List<Portal>> PORTALS =
      Setting.required(
          "BRAID_PORTALS",
          "ADDRESS:PORT,TAG with blanks between",
          "where the target is reached, one portal for each network, each with a tag of its own",
          AgentSettings::portals);

  static final Setting<Endpoint.Tcp> LISTEN =
      Setting.optional(
          "BRAID_LISTEN",
          "0.0.0.0:9650",
          "HOST:PORT",
          "where controllers reach the agent, with mutual TLS",
          AgentSettings::tcp);

  static final Setting<Optional<Path>> CHAP_FOLDER =
      Setting.optional(
          "BRAID_CHAP_FOLDER",
          "",
          "path, or empty",
          "a folder of mode 0700 with a file for each initiator's CHAP credentials, named as the"
              + " initiator; empty: without CHAP",
          AgentSettings::optionalPath);

  static final Setting<Path> CONFIGFS =
      Setting.optional(
          "BRAID_CONFIGFS",
          "/sys/kernel/config/target",
          "path",
          "where LIO's part of configfs is",
          Path::of);

  static final Setting<Optional<Path>> KILL_POINT_FOLDER =
      Setting.optional(
          "BRAID_KILL_POINT_FOLDER",
          "",
          "path",
          "for tests: record every step there, and end before or after one that is named there",
          AgentSettings::optionalPath);

  static final List<Setting<?>> ALL =
      List.of(
          POOL,
          POOL_FOLDER,
          TARGET,
          PORTALS,
          LISTEN,
          TlsFiles.CA,
          TlsFiles.CERTIFICATE,
          TlsFiles.KEY,
          CHAP_FOLDER,
          CONFIGFS,
          KILL_POINT_FOLDER,
          Logging.LEVEL);

  private AgentSettings() {}

  private static Optional<Path> optionalPath(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
  }

  private static Endpoint.Tcp tcp(String text) {
    if (Endpoint.parse(text) instanceof Endpoint.Tcp tcp) {
      return tcp;
    }
    throw new InvalidInput("endpoint", text, "want HOST:PORT");
  }

  private static List<Portal> portals(String text) {
    List<Portal> portals = Arrays.stream(text.strip().split("\\s+")).map(Portal::parse).toList();
    if (portals.stream().map(Portal::tag).distinct().count() != portals.size()
        || portals.stream().map(Portal::endpoint).distinct().count() != portals.size()) {
      throw new InvalidInput("portals", text, "want every tag and every address once");
    }
    return portals;
  }
}
