package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.sysfs.Hctl;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LogoutPlanTest {

  private static final Iqn TARGET = new Iqn("iqn.2026-01.dev.braid:pool1");
  private static final Portal A = new Portal("10.1.0.1", 3260, 1);
  private static final Portal B = new Portal("10.2.0.1", 3260, 2);
  private static final IscsiSession OVER_A = session(1, A, 2);
  private static final IscsiSession OVER_B = session(2, B, 3);

  @Test
  @DisplayName("rule 9: a session with another device stays, one without goes, with its portal")
  void lastDevice() {
    var plan =
        LogoutPlan.of(
            TARGET, List.of(A, B), List.of(OVER_A, OVER_B), List.of(new Hctl(2, 0, 0, 7)));

    assertThat(plan.logout()).containsExactly(OVER_B);
    assertThat(plan.forget()).containsExactly(B);
  }

  @Test
  @DisplayName("rule 16: a session that Braid did not make stays, however empty")
  void foreign() {
    var plan = LogoutPlan.of(TARGET, List.of(B), List.of(OVER_A, OVER_B), List.of());

    assertThat(plan.logout()).containsExactly(OVER_B);
    assertThat(plan.forget()).containsExactly(B);
  }

  @Test
  @DisplayName("Of two sessions through one portal the used one keeps the portal's record")
  void twoSessions() {
    var second = session(5, A, 9);
    var plan =
        LogoutPlan.of(TARGET, List.of(A), List.of(OVER_A, second), List.of(new Hctl(9, 0, 0, 1)));

    assertThat(plan.logout()).containsExactly(OVER_A);
    assertThat(plan.forget()).isEmpty();
  }

  @Test
  @DisplayName("rule 15: a record whose session has gone is forgotten all the same")
  void recordAlone() {
    var plan = LogoutPlan.of(TARGET, List.of(A), List.of(), List.of());

    assertThat(plan.logout()).isEmpty();
    assertThat(plan.forget()).containsExactly(A);
    assertThat(plan.nothing()).isFalse();
  }

  private static IscsiSession session(int id, Portal portal, int host) {
    return new IscsiSession(
        id,
        TARGET.name(),
        portal.tag(),
        portal.host(),
        portal.port(),
        IscsiSession.State.LOGGED_IN,
        host,
        0);
  }
}
