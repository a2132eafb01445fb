package dev.braid.linux.iscsi.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.step.Steps;
import dev.braid.linux.iscsi.NodeFolder;
import dev.braid.linux.iscsi.RecordText;
import dev.braid.linux.iscsi.RecordText.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordFilesTest {

  private static final Iqn TARGET = new Iqn("iqn.2026-01.dev.braid:pool1");
  private static final Portal A = new Portal("10.1.0.1", 3260, 1);
  private static final Portal B = new Portal("fd00::1", 3260, 2);
  private static final RecordText SHORT = RecordText.of(Map.of("node.startup", "manual"));
  private static final RecordText LONG =
      SHORT.with(Map.of("node.session.auth.password", "x".repeat(500)));

  @TempDir Path folder;
  private Path etc;
  private Path var;
  private Path target;
  private RecordFiles records;
  private final Steps steps = Steps.unobserved();

  @BeforeEach
  void folders() {
    etc = folder.resolve("etc/iscsi/nodes");
    var = folder.resolve("var/lib/iscsi/nodes");
    target = etc.resolve(TARGET.name());
    records = new RecordFiles(new NodeFolder(List.of(var, etc)));
  }

  @Test
  @DisplayName("rule 20: a record lies where iscsiadm looks for it, and root alone may read it")
  void place() throws IOException {
    write(A, LONG);
    write(B, SHORT);

    Path file = target.resolve("10.1.0.1,3260,1/default");
    assertThat(file).hasContent(LONG.render());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(target.resolve("fd00::1,3260,2/default")).hasContent(SHORT.render());
  }

  @Test
  @DisplayName("on a host whose open-iscsi has them elsewhere, records lie there")
  void elsewhere() throws IOException {
    Files.createDirectories(var);
    write(A, SHORT);

    assertThat(var.resolve(TARGET.name())).isNotEmptyDirectory();
    assertThat(etc).doesNotExist();
  }

  @Test
  @DisplayName("rule 15: who reads while a record is replaced sees the one or the other, whole")
  void whole() throws Exception {
    write(A, SHORT);
    Path file = target.resolve("10.1.0.1,3260,1/default");
    var writer =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 50; i++) {
                write(A, i % 2 == 0 ? LONG : SHORT);
              }
            });
    do {
      assertThat(RecordText.read(Files.readString(file)))
          .isIn(new Reading.Whole(SHORT), new Reading.Whole(LONG));
    } while (!writer.isDone());
    writer.get();
  }

  @Test
  @DisplayName("rule 15: what one that was killed began is no record, and goes with the next one")
  void killed() throws IOException {
    write(A, SHORT);
    delete(A);
    Files.createDirectories(target);
    Path begun = target.resolve(".10.1.0.1:3260-1~");
    Files.writeString(begun, "# BEGIN RECORD 2.1\nnode.session.auth.pass");
    assertThat(String.valueOf(begun.getFileName()))
        .as("a name with a comma is a portal's")
        .doesNotContain(",");

    write(A, SHORT);
    assertThat(begun).doesNotExist();
    Files.writeString(begun, "# BEGIN RECORD 2.1\n");
    delete(A);
    assertThat(etc).isEmptyDirectory();
  }

  @Test
  @DisplayName("rule 16: with the last record its folders go; another's record keeps its own")
  void lastRecord() throws IOException {
    write(A, SHORT);
    write(B, SHORT);
    delete(A);
    assertThat(target.toFile().list()).containsExactly("fd00::1,3260,2");
    Files.writeString(target.resolve("fd00::1,3260,2/eth7"), SHORT.render());
    delete(B);
    delete(B);
    assertThat(target.resolve("fd00::1,3260,2").toFile().list()).containsExactly("eth7");
  }

  @Test
  @DisplayName("a record of the form of old versions, a file alone, is replaced and removed")
  void oldForms() throws IOException {
    for (String name : List.of("10.1.0.1,3260", "10.1.0.1,3260,1")) {
      Files.createDirectories(target);
      Files.writeString(target.resolve(name), "");
      write(A, SHORT);
      assertThat(target.toFile().list()).containsExactly("10.1.0.1,3260,1");
      delete(A);
      Files.createDirectories(target);
      Files.writeString(target.resolve(name), "");
      delete(A);
      assertThat(target).doesNotExist();
    }
  }

  @Test
  @DisplayName("what iscsiadm noted of a record that it made for an earlier version of us goes too")
  void link() throws IOException {
    write(A, SHORT);
    Path links = Files.createDirectories(etc.resolveSibling("static"));
    Path link = links.resolve(TARGET + ",10.1.0.1,3260,1,default");
    Files.createSymbolicLink(link, target.resolve("10.1.0.1,3260,1"));
    delete(A);
    assertThat(links).isEmptyDirectory();
  }

  private void write(Portal portal, RecordText record) {
    steps.run("write", step -> records.write(step, TARGET, portal, record));
  }

  private void delete(Portal portal) {
    steps.run("delete", step -> records.delete(step, TARGET, portal));
  }
}
