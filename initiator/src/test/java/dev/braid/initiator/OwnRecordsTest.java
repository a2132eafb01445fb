package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.chap.ChapFolder;
import dev.braid.base.error.Refused;
import dev.braid.base.step.StepObserver;
import dev.braid.base.step.Steps;
import dev.braid.linux.iscsi.NodeFolder;
import dev.braid.linux.iscsi.NodeRecord;
import dev.braid.linux.iscsi.NodeRecords;
import dev.braid.linux.iscsi.RecordText;
import dev.braid.linux.iscsi.change.RecordFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnRecordsTest {

  private static final Iqn TARGET = new Iqn("iqn.2026-01.dev.braid:pool1");
  private static final Portal PORTAL = new Portal("10.1.0.1", 3260, 1);
  private static final RecordText OURS = NodeRecord.of(TARGET, PORTAL);

  /** What a person may have made: it does nothing by itself, and has what he needs in it. */
  private static final RecordText BY_HAND =
      OURS.with(Map.of("node.session.timeo.replacement_timeout", "120"));

  @TempDir Path folder;
  private Path file;
  private OwnPortals own;
  private OwnRecords records;
  private Instant now = Instant.now();
  private final List<String> done = new ArrayList<>();

  @BeforeEach
  void host() {
    Path nodes = folder.resolve("nodes");
    file = nodes.resolve(TARGET.name()).resolve("10.1.0.1,3260,1/default");
    own = new OwnPortals(folder.resolve("targets"));
    records = records(Optional.empty());
  }

  private OwnRecords records(Optional<ChapFolder> chap) {
    var steps = new Steps(List.of(new Journal()));
    var places = new NodeFolder(List.of(folder.resolve("nodes")));
    return new OwnRecords(
        own,
        new NodeRecords(places),
        new RecordFiles(places),
        new ChapSecrets(chap),
        () -> now,
        steps);
  }

  @Test
  @DisplayName("rule 15: a record is noted as ours before it is there, and until it is gone")
  void noted() {
    records.ensure(TARGET, PORTAL);
    assertThat(file).hasContent(OURS.render());
    records.ensure(TARGET, PORTAL);
    records.forget(TARGET, PORTAL, false);

    assertThat(done)
        .containsExactly("note portal", "write node record", "delete node record", "forget portal");
    assertThat(folder.resolve("nodes")).isEmptyDirectory();
    assertThat(own.targets()).isEmpty();
  }

  @Test
  @DisplayName("rule 16: a record that somebody else made is not touched, and its file is named")
  void somebodyElses() throws IOException {
    var automatic = OURS.with(Map.of("node.session.scan", "auto"));
    for (String text : List.of(automatic.render(), BY_HAND.render(), "", "# BEGIN RECORD 2.1\n")) {
      write(text);
      assertThatThrownBy(() -> records.ensure(TARGET, PORTAL))
          .isInstanceOf(Refused.class)
          .hasMessageContaining(file.toString());
      assertThat(file).hasContent(text);
    }
    assertThat(done).isEmpty();
    assertThat(own.targets()).isEmpty();
  }

  @Test
  @DisplayName("a record of ours that was damaged, or changed, is replaced")
  void damaged() throws IOException {
    records.ensure(TARGET, PORTAL);
    for (String text : List.of("", "# BEGIN RECORD 9.9\n", BY_HAND.render())) {
      write(text);
      records.ensure(TARGET, PORTAL);
      assertThat(file).hasContent(OURS.render());
    }
  }

  @Test
  @DisplayName("rule 4: where the note is lost, a record with all of our values is ours")
  void noteLost() throws IOException {
    write(OURS.with(Map.of("node.session.queue_depth", "64")).render());
    records.ensure(TARGET, PORTAL);
    assertThat(file).hasContent(OURS.render());
    assertThat(own.has(TARGET, PORTAL)).isTrue();
  }

  @Test
  @DisplayName("rule 20: CHAP credentials are in the record from its first byte, for root alone")
  void credentials() throws IOException {
    Path chap = Files.createDirectory(folder.resolve("chap"), mode("rwx------"));
    Path secret = Files.createFile(chap.resolve(TARGET.name()), mode("rw-------"));
    Files.writeString(secret, "user=node1\npassword=the-old-secret\n");
    var withChap = records(Optional.of(new ChapFolder(chap)));

    withChap.ensure(TARGET, PORTAL);
    assertThat(file)
        .content()
        .contains(
            "node.session.auth.authmethod = CHAP\n",
            "node.session.auth.username = node1\n",
            "node.session.auth.password = the-old-secret\n")
        .doesNotContain("username_in", "password_in");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");

    Files.writeString(
        secret,
        "user=node1\npassword=the-new-secret\nmutual_user=san1\nmutual_password=of-the-target");
    withChap.ensure(TARGET, PORTAL);
    assertThat(file)
        .content()
        .contains(
            "node.session.auth.password = the-new-secret\n",
            "node.session.auth.username_in = san1\n",
            "node.session.auth.password_in = of-the-target\n");

    Files.delete(secret);
    assertThatThrownBy(() -> withChap.ensure(TARGET, PORTAL))
        .isInstanceOf(Refused.class)
        .hasMessageContaining(secret.toString());
    assertThat(file).as("never without").content().contains("authmethod = CHAP");

    records.ensure(TARGET, PORTAL);
    assertThat(file).as("switched off").hasContent(OURS.render());
  }

  private static FileAttribute<?> mode(String mode) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
  }

  @Test
  @DisplayName("rule 15: where iscsid may still log in for a killed call, its portal stays noted")
  void loginMayCome() {
    records.ensure(TARGET, PORTAL);
    Steps.unobserved().run("log in", step -> own.beginLogin(step, TARGET, PORTAL));

    records.forget(TARGET, PORTAL, false);
    assertThat(file).doesNotExist();
    assertThat(own.has(TARGET, PORTAL)).isTrue();

    now = now.plus(Duration.ofMinutes(3));
    records.forget(TARGET, PORTAL, false);
    assertThat(own.targets()).as("it did not come").isEmpty();
  }

  @Test
  @DisplayName("a login whose end is known, or whose session was ended, does not come any more")
  void loginIsOver() {
    records.ensure(TARGET, PORTAL);
    Steps.unobserved().run("log in", step -> own.beginLogin(step, TARGET, PORTAL));
    records.forget(TARGET, PORTAL, true);
    assertThat(own.targets()).isEmpty();

    records.ensure(TARGET, PORTAL);
    Steps.unobserved().run("log in", step -> own.beginLogin(step, TARGET, PORTAL));
    Steps.unobserved().run("log in", step -> own.endLogin(step, TARGET, PORTAL));
    records.forget(TARGET, PORTAL, false);
    assertThat(own.targets()).isEmpty();
  }

  private void write(String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private final class Journal implements StepObserver {
    @Override
    public void before(String name) {
      done.add(name);
    }

    @Override
    public void after(String name, long nanos, boolean ok) {}
  }
}
