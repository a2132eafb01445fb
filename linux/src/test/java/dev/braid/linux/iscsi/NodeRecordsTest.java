package dev.braid.linux.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeRecordsTest {

  private static final Iqn TARGET = new Iqn("iqn.2026-01.dev.braid:pool1");
  private static final Portal PORTAL = new Portal("10.1.0.1", 3260, 1);

  @TempDir Path nodes;

  @Test
  @DisplayName("rule 10: a record as Braid writes it is known again")
  void ours() throws IOException {
    write(
        NodeRecord.braid().fields().entrySet().stream()
            .map(e -> e.getKey() + " = " + e.getValue() + "\n")
            .collect(Collectors.joining("", "# BEGIN RECORD 2.1.8\n", "# END RECORD\n")));

    var records = new NodeRecords(nodes);

    assertThat(records.portals(TARGET)).containsExactly(PORTAL);
    assertThat(records.find(TARGET, PORTAL)).contains(NodeRecord.braid());
    assertThat(NodeRecord.braid().maybeOurs()).isTrue();
  }

  @Test
  @DisplayName("rule 16: a record that logs in by itself is somebody else's")
  void others() throws IOException {
    write("node.startup = automatic\nnode.session.scan = auto\n");

    var record = new NodeRecords(nodes).find(TARGET, PORTAL).orElseThrow();

    assertThat(record.maybeOurs()).isFalse();
    assertThat(record).isNotEqualTo(NodeRecord.braid());
  }

  @Test
  @DisplayName("rule 20: a CHAP secret in a record stays in the record")
  void noSecret() throws IOException {
    write("node.startup = manual\nnode.session.auth.password = hunter2hunter2\n");

    assertThat(new NodeRecords(nodes).find(TARGET, PORTAL).orElseThrow().toString())
        .doesNotContain("hunter2");
  }

  @Test
  @DisplayName("An empty record is nobody's, and not taken for a good one")
  void empty() throws IOException {
    write("");

    var record = new NodeRecords(nodes).find(TARGET, PORTAL).orElseThrow();

    assertThat(record.maybeOurs()).isFalse();
    assertThat(record).isNotEqualTo(NodeRecord.braid());
  }

  private void write(String text) throws IOException {
    Path folder = nodes.resolve(TARGET.name()).resolve("10.1.0.1,3260,1");
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("default"), text);
    Files.createDirectories(nodes.resolve(TARGET.name()).resolve("not a portal"));
  }
}
