package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Serial;
import dev.braid.base.Wwid;
import dev.braid.initiator.RelogPlan.Device;
import dev.braid.initiator.RelogPlan.Losing;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSession.State;
import dev.braid.linux.sysfs.Hctl;
import dev.braid.linux.sysfs.ScsiDevice;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RelogPlanTest {

  private static final IscsiSession A = session(1);
  private static final IscsiSession B = session(2);
  private static final Wwid FIRST = new Serial("0123456789abcdef012345678").wwid();
  private static final Wwid SECOND = new Serial("1123456789abcdef012345678").wwid();

  private final List<Device> devices = new ArrayList<>();
  private final Set<Device> silent = new HashSet<>();

  private static IscsiSession session(int id) {
    return new IscsiSession(
        id, "iqn.2026-01.dev.braid:pool1", id, "10.1.0." + id, 3260, State.LOGGED_IN, id, 0);
  }

  private Device device(IscsiSession session, int lun, Optional<Wwid> map, boolean active) {
    var device =
        new Device(
            session,
            new ScsiDevice(
                new Hctl(session.host(), 0, 0, lun),
                "LIO-ORG",
                "Braid",
                "running",
                Optional.of("sd" + session.id()),
                Optional.of("sg" + session.id()),
                1 << 20,
                map.map(Wwid::text)),
            map,
            active);
    devices.add(device);
    return device;
  }

  private RelogPlan plan(IscsiSession... stale) {
    return RelogPlan.of(List.of(stale), devices, d -> !silent.contains(d));
  }

  @Test
  @DisplayName("rotation: of two paths that work the first goes, and its maps are waited for")
  void twoPaths() {
    device(A, 1, Optional.of(FIRST), true);
    device(B, 1, Optional.of(FIRST), true);
    device(A, 2, Optional.of(SECOND), true);
    device(B, 2, Optional.of(SECOND), true);
    assertThat(plan(A, B).next()).contains(A);
    assertThat(plan(A, B).maps()).containsExactly(FIRST, SECOND);
    assertThat(plan(A, B).losing())
        .as("with what brings a path back, from the kernel")
        .containsExactly(new Losing(FIRST, 1, List.of(A, B)), new Losing(SECOND, 2, List.of(A, B)));
    assertThat(plan(B).next()).contains(B);
  }

  @Test
  @DisplayName("rule 18: the only path stays, and it is said of which map")
  void onePath() {
    device(A, 1, Optional.of(FIRST), true);
    assertThat(plan(A).next()).isEmpty();
    assertThat(plan(A).why()).contains("session 1", FIRST.text());
  }

  @Test
  @DisplayName("rule 18: a path whose other does not answer, whatever device-mapper says, stays")
  void otherSilent() {
    device(A, 1, Optional.of(FIRST), true);
    silent.add(device(B, 1, Optional.of(FIRST), true));
    assertThat(plan(A, B).next()).as("the silent one may go").contains(B);
    assertThat(plan(A).next()).isEmpty();
  }

  @Test
  @DisplayName("rule 18: a path whose other device-mapper does not use stays, though it answers")
  void otherNotUsed() {
    device(A, 1, Optional.of(FIRST), true);
    device(B, 1, Optional.of(FIRST), false);
    assertThat(plan(A).next()).isEmpty();
  }

  @Test
  @DisplayName("rule 18: one map of many that would be without a path is enough to stay")
  void oneOfMany() {
    device(A, 1, Optional.of(FIRST), true);
    device(B, 1, Optional.of(FIRST), true);
    device(A, 2, Optional.of(SECOND), true);
    assertThat(plan(A).next()).isEmpty();
    assertThat(plan(A).why()).contains(SECOND.text());
    assertThat(plan(A, B).next()).as("the other session has nothing of it").contains(B);
  }

  @Test
  @DisplayName("rule 16: a device in no map of Braid's may be somebody's, and keeps its session")
  void inNoMap() {
    device(A, 1, Optional.of(FIRST), true);
    device(B, 1, Optional.of(FIRST), true);
    device(A, 7, Optional.empty(), false);
    assertThat(plan(A).next()).isEmpty();
    assertThat(plan(A).why()).contains("1:0:0:7");
  }

  @Test
  @DisplayName("rotation: a session that nothing stands on may go at once")
  void empty() {
    assertThat(plan(A).next()).contains(A);
    assertThat(plan(A).maps()).isEmpty();
  }
}
