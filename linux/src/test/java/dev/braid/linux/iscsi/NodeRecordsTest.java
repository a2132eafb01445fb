package dev.braid.linux.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.linux.iscsi.RecordText.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeRecordsTest {

  private static final Iqn TARGET = new Iqn("iqn.2026-01.dev.braid:pool1");
  private static final Portal PORTAL = new Portal("10.1.0.1", 3260, 1);

  @TempDir Path nodes;
  private Path target;
  private NodeRecords records;

  @BeforeEach
  void folder() throws IOException {
    target = Files.createDirectories(nodes.resolve(TARGET.name()));
    records = new NodeRecords(new NodeFolder(List.of(nodes)));
  }

  @Test
  @DisplayName("rule 10: a record as Braid writes it starts and scans nothing, and is known again")
  void ours() throws IOException {
    RecordText ours = NodeRecord.of(TARGET, PORTAL);
    Path file = write("10.1.0.1,3260,1/default", ours.render());

    assertThat(records.at(TARGET, PORTAL)).isEqualTo(Map.of(file, new Reading.Whole(ours)));
    assertThat(NodeRecord.isOurs(ours)).isTrue();
    assertThat(NodeRecord.actsByItself(ours)).isFalse();
    assertThat(ours.render())
        .contains(
            "node.name = iqn.2026-01.dev.braid:pool1\n",
            "node.tpgt = 1\n",
            "node.startup = manual\n",
            "node.session.scan = manual\n",
            "node.conn[0].address = 10.1.0.1\n",
            "node.session.timeo.replacement_timeout = 5\n");
  }

  @Test
  @DisplayName("rule 16: a record that logs in by itself is somebody else's")
  void others() {
    var automatic = NodeRecord.of(TARGET, PORTAL).with(Map.of("node.startup", "automatic"));

    assertThat(NodeRecord.isOurs(automatic)).isFalse();
    assertThat(NodeRecord.actsByItself(automatic)).isTrue();
    assertThat(NodeRecord.actsByItself(RecordText.of(Map.of("node.startup", "manual"))))
        .as("open-iscsi scans unless it is told not to")
        .isTrue();
  }

  @Test
  @DisplayName("a damaged record is there, and is not taken for a good one")
  void damaged() throws IOException {
    Path file = write("10.1.0.1,3260,1/default", "");

    assertThat(records.at(TARGET, PORTAL).get(file)).isInstanceOf(Reading.Damaged.class);
  }

  @Test
  @DisplayName("what an old open-iscsi wrote, a file without a folder, is seen: iscsiadm reads it")
  void oldForms() throws IOException {
    Path withoutTag = write("10.1.0.1,3260", "node.startup = automatic\n");
    Path withTag = write("10.1.0.1,3260,1", "node.startup = manual\n");
    write("10.1.0.1,3260,2/default", "node.startup = manual\n");

    assertThat(records.at(TARGET, PORTAL)).containsOnlyKeys(withoutTag, withTag);
  }

  private Path write(String name, String text) throws IOException {
    Path file = target.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }
}
