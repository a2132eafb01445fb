package dev.braid.initiator;

import static dev.braid.initiator.FakeIscsi.A;
import static dev.braid.initiator.FakeIscsi.B;
import static dev.braid.initiator.FakeIscsi.TARGET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.LunNumber;
import dev.braid.base.Portal;
import dev.braid.base.Serial;
import dev.braid.base.Wwid;
import dev.braid.base.error.Busy;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import dev.braid.initiator.RelogPlan.Losing;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.lock.FileLocks;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A LUN, number 3, attached over two portals that Braid logged in to. */
class PathNotesTest {

  private static final Wwid LUN = new Serial("0123456789abcdef012345678").wwid();
  private static final LunNumber THREE = new LunNumber(3);
  private static final Portal DEAD = new Portal("10.3.0.1", 3260, 3);

  @TempDir Path folder;
  private final Steps steps = Steps.unobserved();
  private KnownLuns known;
  private FileLocks locks;
  private PathNotes notes;
  private List<Losing> losing;
  private int openCount = 1;
  private boolean attached = true;

  @BeforeEach
  void host() {
    known = new KnownLuns(folder.resolve("luns"));
    locks = new FileLocks(folder.resolve("locks"), Clock.systemUTC());
    var iscsi = new FakeIscsi(folder);
    var own = new OwnPortals(folder.resolve("targets"));
    for (Portal portal : List.of(A, B)) {
      iscsi.add(portal, "LOGGED_IN", "up");
      steps.run("note portal", step -> own.add(step, TARGET, portal));
    }
    losing = List.of(new Losing(LUN, 3, new IscsiSessions(iscsi.sys).all()));
    notes = new PathNotes(known, own, new OneMap(), locks, steps);
  }

  @Test
  @DisplayName("rule 4: a note that is lost is made anew from the kernel before a path is given up")
  void lost() {
    assertThat(notes.complete(TARGET, losing)).isFalse();
    ensure();
    Lun lun = known.find(LUN).orElseThrow();
    assertThat(lun.target()).isEqualTo(TARGET);
    assertThat(lun.number()).isEqualTo(THREE);
    assertThat(lun.portals()).containsExactlyInAnyOrder(A, B);
    assertThat(notes.complete(TARGET, losing)).isTrue();
  }

  @Test
  @DisplayName("rule 4: a note that does not name a portal gets it, and keeps one that is dead now")
  void incomplete() {
    note(new Lun(TARGET, List.of(DEAD, B), THREE, LUN));
    ensure();
    assertThat(known.find(LUN).orElseThrow().portals()).containsExactly(DEAD, B, A);
  }

  @Test
  @DisplayName("rule 4: a note of another number is replaced by what the kernel has")
  void wrong() {
    note(new Lun(TARGET, List.of(A, B, DEAD), new LunNumber(4), LUN));
    ensure();
    Lun lun = known.find(LUN).orElseThrow();
    assertThat(lun.number()).isEqualTo(THREE);
    assertThat(lun.portals()).containsExactlyInAnyOrder(A, B);
  }

  @Test
  @DisplayName("a note that names all is left as it is, though its LUN is at work")
  void complete() {
    Lun lun = new Lun(TARGET, List.of(B, DEAD, A), THREE, LUN);
    note(lun);
    try (var held = locks.exclusive(LockNames.volume(LUN), "attach", soon())) {
      ensure();
    }
    assertThat(known.find(LUN)).contains(lun);
  }

  @Test
  @DisplayName("rule 18: no path of a map that is neither noted nor open is given up")
  void uninvited() {
    openCount = 0;
    assertThatThrownBy(this::ensure)
        .isInstanceOf(Refused.class)
        .hasMessageContaining(LUN.text())
        .hasMessageContaining("mpatha");
    assertThat(known.all()).isEmpty();
  }

  @Test
  @DisplayName("rule 12: nothing is noted of a LUN that is being detached, or is detached by then")
  void detached() {
    try (var held = locks.exclusive(LockNames.volume(LUN), "detach", soon())) {
      assertThatThrownBy(this::ensure).isInstanceOf(Busy.class);
    }
    attached = false;
    ensure();
    assertThat(known.all()).isEmpty();
  }

  private void ensure() {
    notes.ensure(TARGET, losing, soon());
  }

  private void note(Lun lun) {
    steps.run("note", step -> known.note(step, lun));
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofMillis(100));
  }

  private final class OneMap extends UnaskedDeviceMapper {

    @Override
    public Optional<DmDevice> multipath(Wwid wwid) {
      return attached
          ? Optional.of(
              new DmDevice(
                  new DeviceNumber(253, 3),
                  "mpatha",
                  "mpath-" + LUN,
                  openCount,
                  false,
                  false,
                  true))
          : Optional.empty();
    }
  }
}
