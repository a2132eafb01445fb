package dev.braid.controller;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.PoolName;
import dev.braid.base.Reloading;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.NotFound;
import dev.braid.rpc.Endpoint;
import dev.braid.rpc.HeadAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A topology from a YAML file, read anew when it changes. The nodes may be left out where their
 * names come from Initiators:
 *
 * <pre>{@code
 * heads:
 *   - name: san1
 *     address: san1.example:9650   # HOST:PORT, or unix:///PATH of a socket that leads there
 *     authority: san1              # only if the head's certificate bears another name than HOST
 * pools:
 *   - name: fast
 *     head: san1
 * nodes:
 *   - name: node1
 *     initiator: iqn.1993-08.org.debian:01:0123456789ab
 * }</pre>
 */
final class FileTopology implements Topology, InitiatorNames {

  private static final ObjectMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .build();

  private record Content(
      @Nullable List<Head> heads, @Nullable List<Pool> pools, @Nullable List<Node> nodes) {}

  private record Head(
      @Nullable String name, @Nullable String address, @Nullable String authority) {}

  private record Pool(@Nullable String name, @Nullable String head) {}

  private record Node(@Nullable String name, @Nullable String initiator) {}

  private record Snapshot(Map<PoolName, HeadAddress> heads, Map<NodeName, Iqn> initiators) {}

  private final Path file;
  private final Reloading<Snapshot> newest;

  /**
   * @throws InvalidInput naming what is wrong in the file
   */
  FileTopology(Path file) {
    this.file = file;
    this.newest = new Reloading<>(List.of(file), () -> read(file));
  }

  @Override
  public Optional<HeadAddress> headOf(PoolName pool) {
    return Optional.ofNullable(newest.now().heads().get(pool));
  }

  Optional<Iqn> initiatorOf(NodeName node) {
    return Optional.ofNullable(newest.now().initiators().get(node));
  }

  @Override
  public Iqn of(NodeName node) {
    return initiatorOf(node).orElseThrow(() -> unknown(node.name()));
  }

  @Override
  public NotFound unknown(String nodeId) {
    return new NotFound(
        "node "
            + nodeId
            + " is not in "
            + file
            + ": name it there, with its initiator name (/etc/iscsi/initiatorname.iscsi)");
  }

  @Override
  public Set<PoolName> pools() {
    return newest.now().heads().keySet();
  }

  @Override
  public String source() {
    return file.toString();
  }

  private static Snapshot read(Path file) throws IOException {
    String text = Files.readString(file);
    if (text.isBlank()) {
      throw new InvalidInput("the file is empty");
    }
    Content content;
    try {
      content = YAML.readValue(text, Content.class);
    } catch (UnrecognizedPropertyException e) {
      throw new InvalidInput(
          "line "
              + e.getLocation().getLineNr()
              + ": unknown key '"
              + e.getPropertyName()
              + "', known there are "
              + new TreeSet<>(e.getKnownPropertyIds().stream().map(String::valueOf).toList()));
    } catch (JsonProcessingException e) {
      var at = e.getLocation();
      throw new InvalidInput(
          (at == null ? "" : "line " + at.getLineNr() + ": ") + e.getOriginalMessage());
    }
    if (content == null) {
      throw new InvalidInput("the file says nothing");
    }
    var heads = new LinkedHashMap<String, HeadAddress>();
    for (Head head : each(content.heads())) {
      String name = given(head.name(), "a head's name");
      once(heads.put(name, address(name, head)), "head " + name);
    }
    var pools = new LinkedHashMap<PoolName, HeadAddress>();
    for (Pool pool : each(content.pools())) {
      var name = new PoolName(given(pool.name(), "a pool's name"));
      String on = given(pool.head(), "head of pool " + name);
      HeadAddress head = heads.get(on);
      if (head == null) {
        throw new InvalidInput(
            "pool " + name + ": no head '" + on + "', there are " + new TreeSet<>(heads.keySet()));
      }
      once(pools.put(name, head), "pool " + name);
    }
    var nodes = new LinkedHashMap<NodeName, Iqn>();
    var initiators = new LinkedHashMap<Iqn, NodeName>();
    for (Node node : each(content.nodes())) {
      var name = new NodeName(given(node.name(), "a node's name"));
      var initiator = new Iqn(given(node.initiator(), "initiator of node " + name));
      once(nodes.put(name, initiator), "node " + name);
      // With one name for two nodes, a head could not tell whom it fences.
      once(initiators.put(initiator, name), "initiator " + initiator);
    }
    return new Snapshot(Map.copyOf(pools), Map.copyOf(nodes));
  }

  private static HeadAddress address(String name, Head head) {
    Endpoint endpoint = Endpoint.parse(given(head.address(), "address of head " + name));
    if (head.authority() != null) {
      return new HeadAddress(name, endpoint, head.authority());
    }
    if (endpoint instanceof Endpoint.Tcp tcp) {
      return HeadAddress.of(name, tcp);
    }
    return new HeadAddress(name, endpoint, name);
  }

  private static <T> List<T> each(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }

  private static String given(@Nullable String value, String what) {
    if (value == null || value.isBlank()) {
      throw new InvalidInput(what + " is missing");
    }
    return value;
  }

  private static void once(@Nullable Object before, String what) {
    if (before != null) {
      throw new InvalidInput(what + " is there twice");
    }
  }
}
