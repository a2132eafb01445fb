package dev.braid.linux.iscsi.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.step.Step;
import dev.braid.base.step.Steps;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.iscsi.NodeRecord;
import dev.braid.linux.proc.Programs;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class IscsiadmTest {

  private static final Iqn TARGET = new Iqn("iqn.2026-01.dev.braid:pool1");
  private static final Portal PORTAL = new Portal("10.1.0.1", 3260, 2);
  private static final Deadline SOON = Deadline.after(Duration.ofSeconds(5));

  /** A lock that nobody has. */
  private static final RecordLock FREE =
      new RecordLock(
          Path.of("/nonexistent"), new Programs(Path.of("/nonexistent")), Clock.systemUTC());

  private final List<List<String>> ran = new ArrayList<>();
  private final Steps steps = Steps.unobserved();
  private int exit;

  private final Exec exec =
      (argv, deadline) -> {
        ran.add(argv);
        return new Exec.Result(argv, exit, "", exit == 0 ? "" : "iscsiadm: could not");
      };

  private final Iscsiadm iscsiadm = new Iscsiadm(exec, FREE);

  @Test
  @DisplayName("every call names target, portal and tag in full")
  void named() throws IscsiadmException {
    steps.run("login", s -> iscsiadm.login(s, TARGET, PORTAL, SOON));

    assertThat(ran)
        .containsExactly(
            List.of(
                "iscsiadm", "-m", "node", "-T", TARGET.name(), "-p", "10.1.0.1:3260,2", "--login"));
  }

  @Test
  @DisplayName("rule 10: a record is set to manual start and manual scan, in one run")
  void record() throws IscsiadmException {
    steps.run("update", s -> iscsiadm.update(s, TARGET, PORTAL, NodeRecord.braid(), SOON));

    assertThat(ran).hasSize(1);
    assertThat(ran.get(0))
        .containsSequence("-n", "node.startup", "-v", "manual")
        .containsSequence("-n", "node.session.scan", "-v", "manual");
  }

  @Test
  @DisplayName("F1: a session that is there, a record or session that is gone: done already")
  void already() throws IscsiadmException {
    exit = 15;
    steps.run("login", s -> iscsiadm.login(s, TARGET, PORTAL, SOON));
    exit = 21;
    steps.run("delete", s -> iscsiadm.delete(s, TARGET, PORTAL, SOON));
    steps.run("logout", s -> iscsiadm.logout(s, 3, SOON));
  }

  @Test
  @DisplayName(
      "a boot's first iscsiadm makes its lock's folder, so none runs beside it; later ones do")
  void firstAlone() throws Exception {
    var begun = new Semaphore(0);
    var mayEnd = new Semaphore(0);
    var shared =
        new Iscsiadm(
            (argv, deadline) -> {
              begun.release();
              mayEnd.acquireUninterruptibly();
              return new Exec.Result(argv, 0, "", "");
            },
            FREE);
    for (int i = 0; i < 3; i++) {
      var thread = new Thread(() -> steps.run("log out", s -> logout(shared, s)), "iscsiadm " + i);
      thread.setDaemon(true);
      thread.start();
    }
    assertThat(begun.tryAcquire(5, TimeUnit.SECONDS)).as("the first one runs").isTrue();
    assertThat(begun.tryAcquire(300, TimeUnit.MILLISECONDS)).as("another beside it").isFalse();
    mayEnd.release();
    assertThat(begun.tryAcquire(2, 5, TimeUnit.SECONDS)).as("both others at once").isTrue();
    mayEnd.release(2);
  }

  @Test
  @DisplayName(
      "one portal at which the first iscsiadm hangs does not keep the other portals waiting")
  void firstHangs() throws Exception {
    var begun = new Semaphore(0);
    var never = new Semaphore(0);
    var shared =
        new Iscsiadm(
            (argv, deadline) -> {
              begun.release();
              never.acquireUninterruptibly();
              return new Exec.Result(argv, 0, "", "");
            },
            FREE);
    for (int i = 0; i < 2; i++) {
      var thread = new Thread(() -> steps.run("log out", s -> logout(shared, s)), "iscsiadm " + i);
      thread.setDaemon(true);
      thread.start();
    }
    assertThat(begun.tryAcquire(2, 10, TimeUnit.SECONDS)).as("both run").isTrue();
    never.release(2);
  }

  private static void logout(Iscsiadm iscsiadm, Step step) {
    try {
      iscsiadm.logout(step, 1, SOON);
    } catch (IscsiadmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  @DisplayName("a refused login is a type, with what to look at")
  void refused() {
    exit = 24;

    assertThatThrownBy(() -> steps.run("login", s -> iscsiadm.login(s, TARGET, PORTAL, SOON)))
        .isInstanceOfSatisfying(
            IscsiadmException.class,
            e -> {
              assertThat(e.error()).isEqualTo(IscsiadmError.LOGIN_AUTH);
              assertThat(e.advice()).contains("ACL");
            });
  }
}
