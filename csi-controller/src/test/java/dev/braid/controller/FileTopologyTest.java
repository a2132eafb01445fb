package dev.braid.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.PoolName;
import dev.braid.base.error.InvalidInput;
import dev.braid.rpc.Endpoint;
import dev.braid.rpc.HeadAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTopologyTest {

  @TempDir Path folder;

  private FileTopology topology(String text) throws IOException {
    return new FileTopology(Files.writeString(folder.resolve("topology.yaml"), text));
  }

  @Test
  @DisplayName("heads, pools and nodes, with what may be left out")
  void read() throws IOException {
    var topology =
        topology(
            """
            heads:
              - {name: san1, address: "san1.example:9650"}
              - {name: san2, address: "unix:///run/san2.sock", authority: san2.example}
              - {name: san3, address: "127.0.0.1:1", authority: san3}
            pools:
              - {name: fast, head: san1}
              - {name: slow, head: san2}
            nodes:
              - {name: node1, initiator: "iqn.1993-08.org.debian:01:0123456789ab"}
            """);
    assertThat(topology.headOf(new PoolName("fast")))
        .contains(HeadAddress.of("san1", new Endpoint.Tcp("san1.example", 9650)));
    assertThat(topology.headOf(new PoolName("slow")))
        .contains(
            new HeadAddress("san2", new Endpoint.Unix(Path.of("/run/san2.sock")), "san2.example"));
    assertThat(topology.headOf(new PoolName("none"))).isEmpty();
    assertThat(topology.initiatorOf(new NodeName("node1")))
        .contains(new Iqn("iqn.1993-08.org.debian:01:0123456789ab"));
    assertThat(topology.initiatorOf(new NodeName("node2"))).isEmpty();
    assertThat(topology("heads: []").pools()).isEmpty();
  }

  @Test
  @DisplayName("F2: a wrong file is refused at the start, and the message says where")
  void wrong() {
    Map.of(
            "", "empty",
            "heads: [", "line",
            "haeds: []", "haeds",
            "heads: [{name: san1}]", "address of head san1 is missing",
            "heads: [{name: san1, address: san1}]", "HOST:PORT",
            "heads: [{name: a, address: 'a:1'}, {name: a, address: 'b:1'}]",
                "head a is there twice",
            "pools: [{name: fast, head: san1}]", "no head 'san1'",
            "nodes: [{name: node1, initiator: node1}]", "iqn.YYYY-MM",
            "nodes: [{name: a, initiator: 'iqn.2024-01.t:a'}, {name: b, initiator: 'iqn.2024-01.t:a'}]",
                "initiator iqn.2024-01.t:a is there twice",
            "heads: []\nheads: []", "heads")
        .forEach(
            (text, says) ->
                assertThatThrownBy(() -> topology(text))
                    .as(text)
                    .isInstanceOf(InvalidInput.class)
                    .hasMessageContaining("topology.yaml")
                    .hasMessageContaining(says));
  }
}
