package dev.braid.linux.multipath;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.base.Serial;
import dev.braid.base.Wwid;
import dev.braid.base.step.Steps;
import dev.braid.linux.multipath.change.SeenList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeenListTest {

  private static final Wwid OURS = new Serial("0123456789abcdef012345678").wwid();
  private static final Deadline SOON = Deadline.after(Duration.ofSeconds(5));

  @TempDir Path folder;
  private final Steps steps = Steps.unobserved();

  @Test
  @DisplayName("a WWID is remembered once and forgotten whole; the other lines stay as they were")
  void wwids() throws IOException {
    Path file = Files.writeString(folder.resolve("wwids"), "# theirs\n/3600a0b80001/\n");
    var seen = new SeenFile(file, SeenFile.Form.WWIDS);
    var list = new SeenList(seen);

    steps.run("remember", s -> list.remember(s, OURS, SOON));
    steps.run("remember", s -> list.remember(s, OURS, SOON));

    assertThat(file).hasContent("# theirs\n/3600a0b80001/\n/" + OURS + "/\n");
    assertThat(seen.has(OURS)).isTrue();

    steps.run("forget", s -> list.forget(s, OURS, SOON));

    assertThat(file).hasContent("# theirs\n/3600a0b80001/\n");
    assertThat(seen.has(OURS)).isFalse();
  }

  @Test
  @DisplayName("a name is forgotten by its WWID, whatever the name")
  void bindings() throws IOException {
    Path file =
        Files.writeString(folder.resolve("bindings"), "mpatha 3600a\nmpathb " + OURS + "\n");

    steps.run(
        "forget",
        s -> new SeenList(new SeenFile(file, SeenFile.Form.BINDINGS)).forget(s, OURS, SOON));

    assertThat(file).hasContent("mpatha 3600a\n");
  }

  @Test
  @DisplayName("a list that is not there is made to remember, and not made to forget")
  void absent() {
    Path file = folder.resolve("multipath/wwids");
    var seen = new SeenFile(file, SeenFile.Form.WWIDS);
    var list = new SeenList(seen);

    steps.run("forget", s -> list.forget(s, OURS, SOON));
    assertThat(file).doesNotExist();

    steps.run("remember", s -> list.remember(s, OURS, SOON));
    assertThat(seen.has(OURS)).isTrue();
  }
}
