package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.base.LunNumber;
import dev.braid.base.Serial;
import dev.braid.linux.net.Echo.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a look does for a LUN that is noted, and has its two paths' devices, or none. */
class RejoinTest {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @TempDir Path host;
  private TwoPaths lun;
  private Wiring braid;
  private long now;
  private Rejoin rejoin;

  @BeforeEach
  void lun() {
    lun = new TwoPaths(host);
    lun.udevTells(TwoPaths.SDB);
    lun.udevTells(TwoPaths.SDC);
    braid = new Wiring(lun);
    braid.note();
    rejoin = braid.rejoin(() -> now);
  }

  @Test
  @DisplayName("F31: of what a reboot has left only a note of, the note goes, and multipath's line")
  void rebooted() {
    lun.remove("sdb", 1);
    lun.remove("sdc", 2);
    rejoin.look(PATIENCE);
    assertThat(braid.isNoted()).isFalse();
    assertThat(braid.isLetGo()).isTrue();
  }

  @Test
  @DisplayName("F37: what an attach that ran out of time has left stays noted, with paths or a map")
  void halfWay() {
    rejoin.look(PATIENCE);
    assertThat(braid.isNoted()).as("paths and no map").isTrue();
    lun.remove("sdb", 1);
    lun.isNameless(2);
    rejoin.look(PATIENCE);
    assertThat(braid.isNoted()).as("a path that nobody can name").isTrue();
    lun.map.holds(TwoPaths.SDB);
    lun.remove("sdc", 2);
    rejoin.look(PATIENCE);
    assertThat(braid.isNoted()).as("a map and no path").isTrue();
    assertThat(braid.isLetGo()).isFalse();
  }

  @Test
  @DisplayName("F20: a path that the map lacks, on a session that is up, joins it")
  void joins() throws Exception {
    lun.map.holds(TwoPaths.SDB);
    try (var multipathd = lun.mapsAt("add path sdc")) {
      rejoin.look(PATIENCE);
      assertThat(multipathd.told).containsExactly("del path sdc", "add path sdc");
    }
  }

  @Test
  @DisplayName(
      "F21: a path to which device-mapper sends nothing, over a session that is up between its"
          + " losses: that large packets are lost is said")
  void packetsLost() throws Exception {
    lun.map.holds(TwoPaths.SDB, TwoPaths.SDC);
    PacketSizeTest.route(host.resolve("route"), lun.iscsi.sys, 9000);
    braid.ping = (address, bytes, deadline) -> bytes > 1500 ? Outcome.SILENT : Outcome.ANSWERED;
    rejoin.look(PATIENCE);
    assertThat(braid.watch.all()).as("what is failed for nobody").isEmpty();
    lun.map.failed.add(TwoPaths.SDC);
    rejoin.look(PATIENCE);
    assertThat(braid.watch.of(FakeIscsi.TARGET, FakeIscsi.A)).isEmpty();
    assertThat(braid.watch.of(FakeIscsi.TARGET, FakeIscsi.B))
        .hasValueSatisfying(trouble -> assertThat(trouble.lack().cause()).isEqualTo(Cause.MTU));
  }

  @Test
  @DisplayName("F21: nor does it send any to a path that never got into the map")
  void packetsLostFromTheBeginning() throws Exception {
    lun.map.holds(TwoPaths.SDB);
    PacketSizeTest.route(host.resolve("route"), lun.iscsi.sys, 9000);
    braid.ping = (address, bytes, deadline) -> bytes > 1500 ? Outcome.SILENT : Outcome.ANSWERED;
    rejoin.look(Duration.ofSeconds(1)); // it does not come into the map in that time
    assertThat(braid.watch.of(FakeIscsi.TARGET, FakeIscsi.B))
        .hasValueSatisfying(trouble -> assertThat(trouble.lack().cause()).isEqualTo(Cause.MTU));
  }

  @Test
  @DisplayName(
      "F20: after a try that took long, and was in vain, the target's other LUN is left to the next"
          + " look")
  void oneAtATime() {
    lun.map.holds(TwoPaths.SDB);
    lun.isLun(2, TwoPaths.OTHER);
    var second =
        new Lun(
            FakeIscsi.TARGET,
            List.of(FakeIscsi.A, FakeIscsi.B),
            new LunNumber(8),
            new Serial("8888888888888888888888888").wwid());
    braid.note(second);
    lun.map.luns.add(second.wwid());
    Path scan = lun.scan(2);
    lun.whileAsked = () -> now += Duration.ofSeconds(30).toNanos();
    rejoin.look(PATIENCE);
    assertThat(scan).isEmptyFile();
    lun.whileAsked = () -> {};
    rejoin.look(PATIENCE);
    assertThat(scan).content().endsWith(" 8");
  }

  @Test
  @DisplayName("rule 12: what another call works on is left to a later look")
  void held() throws Exception {
    lun.map.holds(TwoPaths.SDB);
    String volume = LockNames.volume(TwoPaths.WWID);
    try (var multipathd = lun.mapsAt("add path sdc")) {
      try (var detach = braid.locks().exclusive(volume, "detach", Deadline.after(PATIENCE))) {
        rejoin.look(PATIENCE);
        assertThat(multipathd.told).isEmpty();
      }
      rejoin.look(PATIENCE);
      assertThat(multipathd.told).isNotEmpty();
    }
  }

  @Test
  @DisplayName(
      "rule 3: another LUN at the path's address is left alone, and asked again in a minute")
  void anotherLun() {
    lun.map.holds(TwoPaths.SDB);
    lun.isLun(2, TwoPaths.OTHER);
    rejoin.look(PATIENCE);
    int asked = lun.identifications.get();
    assertThat(asked).isPositive();
    now += Duration.ofSeconds(30).toNanos();
    rejoin.look(PATIENCE);
    assertThat(lun.identifications).hasValue(asked);
    now += Duration.ofSeconds(31).toNanos();
    rejoin.look(PATIENCE);
    assertThat(lun.identifications).hasValueGreaterThan(asked);
    assertThat(lun.isToldToGo(2)).isFalse();
  }
}
