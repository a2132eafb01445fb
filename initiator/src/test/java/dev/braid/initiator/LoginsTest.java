package dev.braid.initiator;

import static dev.braid.initiator.FakeIscsi.A;
import static dev.braid.initiator.FakeIscsi.B;
import static dev.braid.initiator.FakeIscsi.TARGET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.base.Portal;
import dev.braid.base.step.Steps;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.iscsi.NodeFolder;
import dev.braid.linux.iscsi.NodeRecords;
import dev.braid.linux.iscsi.change.RecordFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LoginsTest {

  private static final Duration SHORT = Duration.ofMillis(200);
  private static final Duration LONG = Duration.ofSeconds(50);

  @TempDir Path folder;
  private FakeIscsi iscsi;
  private OwnPortals own;
  private Logins logins;

  @BeforeEach
  void host() {
    iscsi = new FakeIscsi(folder);
    own = new OwnPortals(folder.resolve("targets"));
    var steps = Steps.unobserved();
    var nodes = new NodeFolder(List.of(folder.resolve("nodes")));
    var records =
        new OwnRecords(
            own,
            new NodeRecords(nodes),
            new RecordFiles(nodes),
            new ChapSecrets(Optional.empty()),
            Instant::now,
            steps);
    var sessions = new IscsiSessions(iscsi.sys);
    logins = new Logins(sessions, own, records, iscsi.iscsiadm(), steps);
  }

  @Test
  @DisplayName("a login is one process, and its record is there before it")
  void oneProcess() {
    iscsi.meanwhile = () -> assertThat(folder.resolve("nodes")).isNotEmptyDirectory();

    assertThat(through(LONG, A, B)).isEmpty();

    assertThat(iscsi.told).containsExactlyInAnyOrder("log in " + A, "log in " + B);
    assertThat(own.of(TARGET)).containsExactlyInAnyOrder(A, B);
    assertThat(own.loginMayCome(TARGET, A, Instant.now())).isFalse();
  }

  @Test
  @DisplayName("rule 15: a session that iscsid is making for a killed call is waited for, and used")
  void late() {
    int session = iscsi.add(A, "FREE", "bound");
    var attach = CompletableFuture.supplyAsync(() -> through(LONG, A));
    assertThat(attach).isNotDone();
    iscsi.change(session, "LOGGED_IN", "up");

    assertThat(attach.join()).isEmpty();
    assertThat(iscsi.told).isEmpty();
  }

  @Test
  @DisplayName("rule 15: one that does not come about is made anew")
  void lateFailed() {
    int session = iscsi.add(A, "FREE", "bound");
    var attach = CompletableFuture.supplyAsync(() -> through(LONG, A));
    iscsi.remove(session);

    assertThat(attach.join()).isEmpty();
    assertThat(iscsi.told).containsExactly("log in " + A);
  }

  @Test
  @DisplayName("rule 15: where iscsid is at a login that no session shows yet, it is waited for")
  void notSeenYet() {
    iscsi.loginExists();
    assertThat(through(SHORT, A)).containsOnlyKeys(A);
    assertThat(own.loginMayCome(TARGET, A, Instant.now())).isTrue();

    iscsi.meanwhile = () -> iscsi.add(A, "LOGGED_IN", "up");
    assertThat(through(LONG, A)).isEmpty();
    assertThat(own.loginMayCome(TARGET, A, Instant.now())).isFalse();
  }

  @Test
  @DisplayName("rule 15: what came of a login is known unless its client was killed or cut off")
  void outcome() {
    for (int exit : List.of(4, 8, 19, 24)) {
      iscsi.login = exit;
      assertThat(through(LONG, A)).containsOnlyKeys(A);
      assertThat(own.loginMayCome(TARGET, A, Instant.now())).as("exit " + exit).isFalse();
    }
    for (int exit : List.of(18, 137)) {
      iscsi.login = exit;
      assertThat(through(LONG, A)).containsOnlyKeys(A);
      assertThat(own.loginMayCome(TARGET, A, Instant.now())).as("exit " + exit).isTrue();
    }
  }

  @Test
  @DisplayName("F20: what a login fails of is told apart: this host, or the portal")
  void whose() {
    for (int exit : List.of(4, 8, 11, 19, 24)) {
      iscsi.login = exit;
      assertThat(ofThisHost()).as("exit " + exit).isFalse();
    }
    for (int exit : List.of(9, 18, 20, 21, 28)) {
      iscsi.login = exit;
      assertThat(ofThisHost()).as("exit " + exit).isTrue();
    }
  }

  @Test
  @DisplayName("F20: a login whose record cannot be written says nothing of the portal")
  void noRecord() throws Exception {
    Files.createFile(folder.resolve("targets"));
    assertThat(ofThisHost()).isTrue();
    assertThat(iscsi.told).isEmpty();
  }

  private boolean ofThisHost() {
    Map<Portal, Lack> failed = through(LONG, A);
    assertThat(failed).containsOnlyKeys(A);
    return failed.values().stream().allMatch(Lack::ofThisHost);
  }

  private Map<Portal, Lack> through(Duration time, Portal... portals) {
    try (var hold = Hold.ofNothing()) {
      return logins.through(TARGET, List.of(portals), hold, Deadline.after(time));
    }
  }
}
