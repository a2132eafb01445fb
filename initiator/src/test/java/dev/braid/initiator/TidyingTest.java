package dev.braid.initiator;

import static dev.braid.initiator.FakeIscsi.A;
import static dev.braid.initiator.FakeIscsi.B;
import static dev.braid.initiator.FakeIscsi.TARGET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.base.Portal;
import dev.braid.base.step.Steps;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.iscsi.NodeFolder;
import dev.braid.linux.iscsi.NodeRecords;
import dev.braid.linux.iscsi.change.RecordFiles;
import dev.braid.linux.lock.FileLocks;
import dev.braid.linux.sysfs.ScsiDevices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TidyingTest {

  @TempDir Path folder;
  private final AtomicLong clock = new AtomicLong();
  private FakeIscsi iscsi;
  private OwnPortals own;
  private OwnRecords records;
  private FileLocks locks;
  private Tidying tidying;
  private final Steps steps = Steps.unobserved();

  @BeforeEach
  void host() {
    iscsi = new FakeIscsi(folder);
    own = new OwnPortals(folder.resolve("targets"));
    var nodes = new NodeFolder(List.of(folder.resolve("nodes")));
    records =
        new OwnRecords(
            own,
            new NodeRecords(nodes),
            new RecordFiles(nodes),
            new ChapSecrets(Optional.empty()),
            Instant::now,
            steps);
    var sessions = new IscsiSessions(iscsi.sys);
    locks = new FileLocks(folder.resolve("locks"), Clock.systemUTC());
    tidying =
        new Tidying(
            sessions,
            new ScsiDevices(iscsi.sys),
            own,
            records,
            new Logouts(sessions, iscsi.iscsiadm(), steps),
            new Strays(iscsi.programs(), sessions),
            locks,
            clock::get);
  }

  @Test
  @DisplayName("rule 9: a session that a device needs stays; one without goes, by one process")
  void lastDevice() {
    loggedIn(A);
    int empty = loggedIn(B);
    iscsi.device(1);

    tidying.after(List.of(TARGET), List.of(), soon());

    assertThat(iscsi.told).containsExactly("log out " + empty);
    assertThat(own.of(TARGET)).containsExactly(A);
    assertThat(folder.resolve("nodes").resolve(TARGET.name()).toFile().list())
        .containsExactly("10.1.0.1,3260,1");
  }

  @Test
  @DisplayName("rule 4: with the note of the portals lost, our record tells; another's is left")
  void lostNote() throws IOException {
    int session = loggedIn(A);
    records.ensure(TARGET, B);
    Path theirs = folder.resolve("nodes").resolve(TARGET.name()).resolve("10.2.0.1,3260,2/default");
    Files.writeString(
        theirs,
        Files.readString(theirs).replace("replacement_timeout = 5", "replacement_timeout = 120"));
    steps.run("lose", step -> List.of(A, B).forEach(portal -> own.remove(step, TARGET, portal)));

    tidying.after(List.of(TARGET), List.of(), soon());

    assertThat(iscsi.told).containsExactly("log out " + session);
    assertThat(theirs).exists();
    assertThat(theirs.resolveSibling("../10.1.0.1,3260,1")).doesNotExist();
    assertThat(own.targets()).isEmpty();
  }

  @Test
  @DisplayName("rule 15: a session that iscsid made after its client was killed is ended")
  void late() {
    killedInLogin();
    tidying.leftovers(List.of(), soon());
    assertThat(own.of(TARGET)).as("it may still come").containsExactly(A);
    iscsi.add(A, "LOGGED_IN", "up");
    tidying.leftovers(List.of(), soon());

    assertThat(iscsi.told).containsExactly("log out 1");
    assertThat(own.targets()).isEmpty();
  }

  @Test
  @DisplayName("rule 12: a target of an attached LUN, or one that somebody works on, is left alone")
  void used() {
    loggedIn(A);
    tidying.leftovers(List.of(TARGET), soon());
    try (var held = locks.shared(LockNames.target(TARGET), "use the sessions", soon())) {
      tidying.leftovers(List.of(), soon());
    }
    assertThat(iscsi.told).isEmpty();
  }

  @Test
  @DisplayName("rule 9: one that iscsid is still making is logged out of when that is done")
  void beingMade() {
    killedInLogin();
    int session = iscsi.add(A, "FREE", "bound");
    var detach =
        CompletableFuture.runAsync(() -> tidying.after(List.of(TARGET), List.of(), soon()));
    while (iscsi.told.isEmpty()) {
      Thread.onSpinWait();
    }
    iscsi.change(session, "LOGGED_IN", "up");
    detach.join();

    assertThat(iscsi.told).containsOnly("log out " + session).hasSizeGreaterThan(1);
    assertThat(own.targets()).isEmpty();
  }

  @Test
  @DisplayName("F28, F20: a lost session that iscsid cannot end fails no detach; it is ended later")
  void cannotEnd() {
    int lost = loggedIn(A);
    int up = loggedIn(B);
    iscsi.change(lost, "FREE", "failed");
    iscsi.reconnecting.add(lost);

    tidying.after(List.of(TARGET), List.of(), soon());
    assertThat(iscsi.told).containsExactlyInAnyOrder("log out " + lost, "log out " + up);
    assertThat(own.of(TARGET)).as("known as ours").containsExactly(A);

    iscsi.reconnecting.clear();
    iscsi.told.clear();
    tidying.leftovers(List.of(), soon());
    assertThat(iscsi.told).as("not asked again and again").isEmpty();
    iscsi.change(lost, "LOGGED_IN", "up");
    tidying.leftovers(List.of(), soon());
    assertThat(own.targets()).isEmpty();
    assertThat(iscsi.sessions()).isEmpty();
  }

  @Test
  @DisplayName("rule 19: one that stays lost is asked to end again some minutes later")
  void asksAgain() {
    int lost = loggedIn(A);
    iscsi.change(lost, "FREE", "failed");
    iscsi.reconnecting.add(lost);
    tidying.after(List.of(TARGET), List.of(), soon());
    iscsi.reconnecting.clear();
    tidying.after(List.of(TARGET), List.of(), soon());
    assertThat(iscsi.sessions()).hasSize(1);
    assertThat(own.of(TARGET)).containsExactly(A);

    clock.addAndGet(Duration.ofMinutes(5).toNanos());
    tidying.leftovers(List.of(), soon());
    assertThat(iscsi.sessions()).isEmpty();
    assertThat(own.targets()).isEmpty();
  }

  @Test
  @DisplayName(
      "F28: one that is up, and that iscsid is at its login again, is ended a moment later")
  void loginAgain() {
    int session = loggedIn(A);
    iscsi.reconnecting.add(session);
    iscsi.meanwhile =
        () -> {
          if (!iscsi.told.isEmpty()) {
            iscsi.reconnecting.clear();
          }
        };

    tidying.after(List.of(TARGET), List.of(), soon());

    assertThat(iscsi.told).containsExactly("log out " + session, "log out " + session);
    assertThat(own.targets()).isEmpty();
  }

  @Test
  @DisplayName("rule 12: for sessions that its devices did not come by a detach waits for nobody")
  void othersSession() {
    int empty = loggedIn(A);
    int carried = loggedIn(B);
    iscsi.device(carried); // another LUN's
    List<IscsiSession> mine =
        iscsi.sessions().stream().filter(session -> session.id() == carried).toList();

    try (var held = locks.shared(LockNames.target(TARGET), "use the sessions", soon())) {
      tidying.after(List.of(TARGET), mine, soon());
      assertThat(iscsi.told).isEmpty();
    }
    tidying.after(List.of(TARGET), mine, soon());
    assertThat(iscsi.told).containsExactly("log out " + empty);
  }

  @Test
  @DisplayName("one that is free because its portal is dead for long is logged out of at once")
  void dead() {
    int session = loggedIn(A);
    iscsi.change(session, "FREE", "failed");

    tidying.after(List.of(TARGET), List.of(), soon());

    assertThat(iscsi.told).containsExactly("log out " + session);
    assertThat(own.targets()).isEmpty();
  }

  private int loggedIn(Portal portal) {
    records.ensure(TARGET, portal);
    return iscsi.add(portal, "LOGGED_IN", "up");
  }

  private void killedInLogin() {
    records.ensure(TARGET, A);
    steps.run("log in", step -> own.beginLogin(step, TARGET, A));
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }
}
