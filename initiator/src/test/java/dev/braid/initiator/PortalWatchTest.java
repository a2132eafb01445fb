package dev.braid.initiator;

import static dev.braid.initiator.FakeIscsi.A;
import static dev.braid.initiator.FakeIscsi.B;
import static dev.braid.initiator.FakeIscsi.TARGET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.base.LunNumber;
import dev.braid.base.Serial;
import dev.braid.base.metric.Metrics;
import dev.braid.initiator.PortalWatch.Way;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.net.Echo.Outcome;
import dev.braid.linux.net.Neighbours;
import dev.braid.linux.net.Routes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two portals, each with a session that is up; behind A only small packets pass. */
class PortalWatchTest {

  private static final Lun LUN =
      new Lun(
          TARGET, List.of(A, B), new LunNumber(3), new Serial("0123456789abcdef012345678").wwid());
  private static final Lun OTHER =
      new Lun(
          TARGET, List.of(A, B), new LunNumber(4), new Serial("0123456789abcdef987654321").wwid());
  private static final Set<Way> NONE = Set.of();
  private static final Set<Way> A_FAILS = Set.of(new Way(TARGET, A));

  @TempDir Path folder;
  private FakeIscsi iscsi;
  private PortalWatch watch;
  private final Metrics metrics = new Metrics();
  private final Looks clock = new Looks();
  private int passes = 1500;

  /** How many were sent. */
  private int large;

  @BeforeEach
  void host() throws IOException {
    iscsi = new FakeIscsi(folder);
    iscsi.add(A, "LOGGED_IN", "up");
    iscsi.add(B, "LOGGED_IN", "up");
    PacketSizeTest.route(folder.resolve("route"), iscsi.sys, 9000);
    var sessions = new IscsiSessions(iscsi.sys);
    var routes = new Routes(folder.resolve("route"), iscsi.sys);
    PacketSize.Ping ping =
        (address, bytes, deadline) -> {
          large += bytes > PacketSize.SMALL ? 1 : 0;
          return bytes <= passes ? Outcome.ANSWERED : Outcome.SILENT;
        };
    var diagnosis =
        new Diagnosis(
            new Neighbours(folder.resolve("arp")),
            routes,
            new PacketSize(routes, ping),
            new ChapSecrets(Optional.empty()));
    watch =
        new PortalWatch(sessions, new Reasons(sessions, diagnosis, () -> TARGET), clock, metrics);
  }

  /** Each look at a way is a step after the one before; there are two ways. */
  private static final class Looks extends Clock {
    private Duration step = Duration.ofMinutes(1);
    private Instant now = Instant.EPOCH;

    @Override
    public Instant instant() {
      now = now.plus(step);
      return now;
    }

    @Override
    public ZoneOffset getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  @Test
  @DisplayName("a session that is up, by which I/O goes, is no trouble")
  void works() {
    look(NONE);
    assertThat(watch.all()).isEmpty();
  }

  @Test
  @DisplayName(
      "F21: a session that is up between its losses is one whose packets are lost, if device-mapper"
          + " sends nothing by it; mended, it works")
  void packetsLost() {
    look(A_FAILS);
    assertThat(watch.all()).hasSize(1);
    assertThat(watch.of(TARGET, A))
        .hasValueSatisfying(
            trouble -> {
              assertThat(trouble.lack().cause()).isEqualTo(Cause.MTU);
              assertThat(trouble.text()).contains("packets of 9000 bytes", "since");
            });
    look(A_FAILS);
    assertThat(watch.of(TARGET, A)).as("at each look").isPresent();
    passes = 0;
    look(A_FAILS);
    assertThat(watch.of(TARGET, A)).as("what nobody tells is as it was").isPresent();
    assertThat(metrics.text()).contains("braid_session_failures_total{cause=\"mtu\"} 1.0");
    passes = 9000;
    look(A_FAILS);
    assertThat(watch.of(TARGET, A)).as("what still fails is the LUN's own").isEmpty();
  }

  @Test
  @DisplayName(
      "F24: what fails one LUN's path over a session that is up is not the portal's trouble")
  void notThePortals() {
    passes = 9000;
    look(A_FAILS);
    assertThat(watch.all()).isEmpty();
  }

  @Test
  @DisplayName("F21: large packets are sent once a minute at most, whatever comes of it")
  void onceAMinute() {
    clock.step = Duration.ofSeconds(10);
    passes = 9000;
    for (int i = 0; i < 6; i++) {
      look(A_FAILS);
    }
    assertThat(large).as("in two minutes").isEqualTo(2);
  }

  @Test
  @DisplayName("F20: what was found while other volumes used a portal is not said of the next one")
  void nextLife() {
    clock.step = Duration.ofSeconds(5);
    look(A_FAILS);
    passes = 9000;
    look(A_FAILS);
    assertThat(watch.of(TARGET, A)).as("within a minute").isPresent();
    look(A_FAILS, LUN, OTHER);
    assertThat(watch.of(TARGET, A)).as("while one of them is attached").isPresent();
    look(A_FAILS, OTHER);
    assertThat(watch.of(TARGET, A)).isPresent();
    look(A_FAILS, LUN);
    assertThat(watch.of(TARGET, A)).isEmpty();
  }

  @Test
  @DisplayName(
      "F20: nor before the next look, nor of the same volume when it was detached in between")
  void detached() {
    clock.step = Duration.ofSeconds(5);
    look(A_FAILS, LUN, OTHER);
    passes = 9000;
    watch.detached(LUN.wwid());
    assertThat(watch.of(TARGET, A)).as("while one of them is attached").isPresent();
    watch.detached(OTHER.wwid());
    assertThat(watch.of(TARGET, A)).as("at once").isEmpty();
    assertThat(watch.all()).isEmpty();
    look(A_FAILS, OTHER);
    assertThat(watch.of(TARGET, A)).as("attached anew before the look").isEmpty();
    passes = 1500;
    clock.step = Duration.ofMinutes(1);
    look(A_FAILS, OTHER);
    assertThat(watch.of(TARGET, A)).as("what is found in its new life").isPresent();
  }

  private void look(Set<Way> failing) {
    look(failing, LUN);
  }

  private void look(Set<Way> failing, Lun... attached) {
    watch.look(List.of(attached), failing, Deadline.after(Duration.ofSeconds(20)));
  }
}
