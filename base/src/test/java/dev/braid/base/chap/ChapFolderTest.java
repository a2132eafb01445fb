package dev.braid.base.chap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Iqn;
import dev.braid.base.error.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChapFolderTest {

  private static final Iqn NODE = new Iqn("iqn.2026-01.dev.braid:node1");
  private static final String TEXT = "user=node1\npassword=correct-horse-1\n";

  @TempDir Path temp;
  private Path folder;
  private ChapFolder chap;

  @BeforeEach
  void make() throws IOException {
    folder = Files.createDirectory(temp.resolve("chap"));
    mode(folder, "rwx------");
    chap = new ChapFolder(folder);
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private Path write(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    mode(file, "rw-------");
    return file;
  }

  @Test
  @DisplayName("a peer's own file comes before the one for all, and is read each time")
  void own() throws IOException {
    write(ChapFolder.DEFAULT, TEXT.replace("node1", "all"));
    assertThat(chap.ofOrDefault(NODE).initiator().user()).isEqualTo("all");
    write(NODE.name(), TEXT);
    assertThat(chap.ofOrDefault(NODE).initiator().user()).isEqualTo("node1");
    assertThat(chap.of(NODE).initiator().user()).isEqualTo("node1");
  }

  @Test
  @DisplayName("rule 20: no file is an error that names the file to make, never 'without CHAP'")
  void missing() {
    assertThatThrownBy(() -> chap.of(NODE))
        .isInstanceOf(Refused.class)
        .hasMessageContaining(folder.resolve(NODE.name()).toString());
    assertThatThrownBy(() -> chap.ofOrDefault(NODE))
        .isInstanceOf(Refused.class)
        .hasMessageContaining(folder.resolve(ChapFolder.DEFAULT).toString());
    assertThatThrownBy(() -> new ChapFolder(temp.resolve("none")).of(NODE))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("there is no CHAP folder");
  }

  @Test
  @DisplayName("rule 20: a folder or file that others may look into is refused, with its mode")
  void open() throws IOException {
    Path file = write(NODE.name(), TEXT);
    mode(file, "rw-r-----");
    assertThatThrownBy(() -> chap.of(NODE))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("0640")
        .hasMessageContaining("chmod it to 0600");
    mode(file, "rw-------");
    mode(folder, "rwx--x--x");
    assertThatThrownBy(() -> chap.of(NODE))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("0711");
  }

  @Test
  @DisplayName("rule 20: what is wrong in a file is said with the file's name and no secret")
  void wrong() throws IOException {
    write(NODE.name(), TEXT + "mutual_user=san1\n");
    assertThatThrownBy(() -> chap.of(NODE))
        .isInstanceOf(Refused.class)
        .hasMessageContaining(NODE.name())
        .hasMessageContaining("mutual_password")
        .hasMessageNotContaining("horse");
  }
}
