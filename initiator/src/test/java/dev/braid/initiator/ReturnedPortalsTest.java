package dev.braid.initiator;

import static dev.braid.initiator.FakeIscsi.A;
import static dev.braid.initiator.FakeIscsi.B;
import static dev.braid.initiator.FakeIscsi.TARGET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.base.LunNumber;
import dev.braid.base.Portal;
import dev.braid.base.Serial;
import dev.braid.base.error.Refused;
import dev.braid.linux.iscsi.IscsiSessions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A LUN is attached over portal A, and looked at every ten seconds, as the node plugin does. */
class ReturnedPortalsTest {

  private static final Duration LOOK = Duration.ofSeconds(10);
  private static final Lun LUN =
      new Lun(
          TARGET, List.of(A, B), new LunNumber(3), new Serial("0123456789abcdef012345678").wwid());

  @TempDir Path folder;
  private FakeIscsi iscsi;
  private ReturnedPortals returned;
  private final Set<Portal> open = new HashSet<>();
  private final List<Portal> asked = new CopyOnWriteArrayList<>();
  private long now;

  @BeforeEach
  void host() {
    iscsi = new FakeIscsi(folder);
    iscsi.add(A, "LOGGED_IN", "up");
    returned =
        new ReturnedPortals(
            new IscsiSessions(iscsi.sys),
            (target, portal, deadline) -> {
              asked.add(portal);
              return open.contains(portal);
            },
            () -> now);
  }

  @Test
  @DisplayName(
      "F20, rule 12: a portal that hangs at a login, or refuses it, is asked and never logged in"
          + " to")
  void hangsInLogin() {
    for (int look = 0; look < 60; look++) {
      assertThat(look()).containsExactly(A);
    }
    assertThat(asked).hasSize(60).containsOnly(B);
  }

  @Test
  @DisplayName("a portal that is back is worth a login at the first look, however long it was away")
  void back() {
    for (int look = 0; look < 60; look++) {
      look();
    }
    open.add(B);
    assertThat(look()).containsExactly(A, B);
  }

  @Test
  @DisplayName("rule 12: where logins fail all the same, they come later and later, at last rarely")
  void failing() {
    open.add(B);
    var tries = new ArrayList<Integer>();
    for (int look = 0; look < 360; look++) {
      if (look().contains(B)) {
        tries.add(look);
        returned.tried(LUN, List.of(A, B));
      }
    }
    assertThat(tries.subList(0, 7)).as("by looks").containsExactly(0, 1, 3, 7, 15, 31, 61);
    assertThat(tries).as("in an hour").hasSizeLessThan(18);
  }

  @Test
  @DisplayName("a session through it, or that it refused for two looks, ends the waiting")
  void mended() {
    open.add(B);
    fail(5);
    open.clear();
    look();
    open.add(B);
    assertThat(look()).as("refused once: it comes and goes").containsExactly(A);

    open.clear();
    look();
    look();
    open.add(B);
    assertThat(look()).as("refused twice").containsExactly(A, B);

    fail(5);
    int session = iscsi.add(B, "LOGGED_IN", "up");
    assertThat(look()).as("there is a session").containsExactly(A, B);
    iscsi.remove(session);
    assertThat(look()).as("and its end is news").containsExactly(A, B);
  }

  @Test
  @DisplayName("a portal that iscsid is at, or in recovery, is neither asked nor logged in to")
  void iscsidsOwn() {
    open.add(B);
    int session = iscsi.add(B, "FREE", "bound");
    assertThat(look()).containsExactly(A);
    iscsi.change(session, "FAILED", "failed");
    assertThat(look()).containsExactly(A);
    assertThat(asked).isEmpty();
  }

  @Test
  @DisplayName("a login that brought a session is no failure; one that lacks no more is forgotten")
  void over() {
    open.add(B);
    fail(5);
    returned.forgetAllBut(List.of());
    assertThat(look()).containsExactly(A, B);
    int session = iscsi.add(B, "LOGGED_IN", "up");
    returned.tried(LUN, List.of(A, B));
    iscsi.remove(session);
    assertThat(look()).containsExactly(A, B);
  }

  @Test
  @DisplayName("without credentials to ask with, a portal is as good as closed, and others are not")
  void cannotAsk() {
    returned =
        new ReturnedPortals(
            new IscsiSessions(iscsi.sys),
            (target, portal, deadline) -> {
              throw new Refused("no CHAP credentials");
            },
            () -> now);
    assertThat(look()).containsExactly(A);
  }

  private List<Portal> look() {
    now += LOOK.toNanos();
    return returned.of(LUN, Deadline.after(Duration.ofSeconds(30)));
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      now += ReturnedPortals.LONGEST_PAUSE.toNanos();
      assertThat(look()).contains(B);
      returned.tried(LUN, List.of(A, B));
    }
  }
}
