package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Iqn;
import dev.braid.base.LunNumber;
import dev.braid.base.Portal;
import dev.braid.base.Serial;
import dev.braid.base.Wwid;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.sysfs.Hctl;
import dev.braid.linux.sysfs.ScsiDevice;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RemovalTest {

  private static final Wwid WWID = new Serial("0123456789abcdef012345678").wwid();
  private static final Iqn ONE = new Iqn("iqn.2026-11.dev.braid.lab:pool-one");
  private static final Iqn TWO = new Iqn("iqn.2026-11.dev.braid.lab:pool-two");
  private static final Optional<Lun> NOTED =
      Optional.of(new Lun(ONE, List.of(Portal.parse("10.77.1.11:3260,1")), new LunNumber(7), WWID));

  @Test
  @DisplayName("rule 4: with no note and no path left, every target of ours is looked at in full")
  void nothingTells() {
    assertThat(Removal.left(List.of(), Optional.empty(), List.of(ONE, TWO)))
        .containsExactly(ONE, TWO);
    assertThat(Removal.left(List.of(path(Optional.empty())), Optional.empty(), List.of(ONE, TWO)))
        .as("a path whose session is gone tells of none")
        .containsExactly(ONE, TWO);
  }

  @Test
  @DisplayName("rule 12: of what has paths or a note, no other target's lock is waited for")
  void told() {
    assertThat(Removal.left(List.of(), NOTED, List.of(ONE, TWO))).containsExactly(ONE);
    var path = path(Optional.of(TWO));
    assertThat(Removal.left(List.of(path), Optional.empty(), List.of(ONE, TWO)))
        .containsExactly(TWO);
    assertThat(Removal.left(List.of(path, path), NOTED, List.of(ONE, TWO)))
        .as("a note may be wrong")
        .containsExactly(ONE, TWO);
  }

  private static PathFinder.Path path(Optional<Iqn> target) {
    var device =
        new ScsiDevice(
            new Hctl(2, 0, 0, 7),
            "LIO-ORG",
            "Braid",
            "running",
            Optional.of("sdb"),
            Optional.of("sg1"),
            1 << 20,
            Optional.of(WWID.text()));
    return new PathFinder.Path(
        device,
        target.map(
            t ->
                new IscsiSession(
                    1, t.name(), 1, "10.77.1.11", 3260, IscsiSession.State.LOGGED_IN, 2, 0)));
  }
}
