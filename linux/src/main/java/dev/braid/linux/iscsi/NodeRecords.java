package dev.braid.linux.iscsi;

import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.error.InvalidInput;
import dev.braid.linux.sysfs.Attributes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * open-iscsi's node records, read from their folder ({@code TARGET/ADDRESS,PORT,TAG/default}), so
 * that a look costs no process. They hold secrets: only the fields that are asked for leave here.
 */
public final class NodeRecords {

  private static final String IFACE = "default";

  private final Path nodes;

  /**
   * @param nodes {@code /etc/iscsi/nodes}; some systems have {@code /var/lib/iscsi/nodes}
   */
  public NodeRecords(Path nodes) {
    this.nodes = nodes;
  }

  /** The portals of a target that have a record. */
  public List<Portal> portals(Iqn target) {
    return Attributes.names(nodes.resolve(target.name())).stream()
        .map(NodeRecords::portal)
        .flatMap(Optional::stream)
        .filter(p -> Files.exists(file(target, p)))
        .toList();
  }

  public Optional<NodeRecord> find(Iqn target, Portal portal) {
    return Attributes.text(file(target, portal)).map(NodeRecords::parse);
  }

  private Path file(Iqn target, Portal portal) {
    String folder = portal.host() + "," + portal.port() + "," + portal.tag();
    return nodes.resolve(target.name()).resolve(folder).resolve(IFACE);
  }

  private static Optional<Portal> portal(String folder) {
    int port = folder.indexOf(',');
    int tag = folder.lastIndexOf(',');
    if (port < 0 || tag == port) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Portal(
              folder.substring(0, port),
              Integer.parseInt(folder.substring(port + 1, tag)),
              Integer.parseInt(folder.substring(tag + 1))));
    } catch (NumberFormatException | InvalidInput e) {
      return Optional.empty();
    }
  }

  private static NodeRecord parse(String text) {
    Map<String, String> fields = new HashMap<>();
    for (String line : text.split("\n", -1)) {
      int equals = line.indexOf(" = ");
      if (equals > 0) {
        fields.put(line.substring(0, equals).strip(), line.substring(equals + 3).strip());
      }
    }
    return NodeRecord.of(fields);
  }
}
