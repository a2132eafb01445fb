package dev.braid.linux.iscsi.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.step.Steps;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.proc.Programs;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IscsiadmTest {

  private static final Iqn TARGET = new Iqn("iqn.2026-01.dev.braid:pool1");
  private static final Portal PORTAL = new Portal("10.1.0.1", 3260, 2);
  private static final Deadline SOON = Deadline.after(Duration.ofSeconds(5));

  @TempDir Path folder;
  private final List<List<String>> ran = new ArrayList<>();
  private final Steps steps = Steps.unobserved();
  private int exit;

  private final Exec exec =
      (argv, deadline) -> {
        ran.add(argv);
        return new Exec.Result(argv, exit, "", exit == 0 ? "" : "iscsiadm: could not");
      };

  private Iscsiadm iscsiadm;

  @BeforeEach
  void nobodyHasTheLock() {
    var lock =
        new RecordLock(
            folder.resolve("lock"), new Programs(folder.resolve("proc")), Clock.systemUTC());
    iscsiadm = new Iscsiadm(exec, lock);
  }

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
  @DisplayName("F1: a session that is there already, one that is gone already: done")
  void already() throws IscsiadmException {
    boolean made = steps.call("login", s -> iscsiadm.login(s, TARGET, PORTAL, SOON));
    assertThat(made).isTrue();
    exit = 15;
    made = steps.call("login", s -> iscsiadm.login(s, TARGET, PORTAL, SOON));
    assertThat(made).isFalse();
    exit = 21;
    steps.run("logout", s -> iscsiadm.logout(s, 3, SOON));
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
