package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.Deadline;
import dev.braid.base.error.Busy;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.NoPath;
import dev.braid.base.error.WrongDevice;
import dev.braid.linux.net.Echo.Outcome;
import dev.braid.linux.scsi.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a call that fails leaves of a LUN that has its paths, and had no map when it began. */
class AttachTest {

  private static final Duration A_MOMENT = Duration.ofMillis(500);

  @TempDir Path host;
  private TwoPaths lun;
  private Wiring braid;

  @BeforeEach
  void lun() {
    lun = new TwoPaths(host);
    braid = new Wiring(lun);
  }

  @Test
  @DisplayName("F37: what ran out of time stays, for the next call to go on from")
  void outOfTime() {
    assertThatThrownBy(this::attach).isInstanceOf(DeadlinePassed.class);
    assertThat(lun.isToldToGo(1)).isFalse();
    assertThat(lun.isToldToGo(2)).isFalse();
    assertThat(braid.isNoted()).as("or nobody would know whose they are").isTrue();
    lun.map.holds(TwoPaths.SDB, TwoPaths.SDC);
    assertThat(attach().paths()).isEqualTo(2);
  }

  @Test
  @DisplayName("F37: what waited for another call too")
  void busy() {
    String target = LockNames.target(FakeIscsi.TARGET);
    try (var another = braid.locks().exclusive(target, "log in", Deadline.after(A_MOMENT))) {
      assertThatThrownBy(this::attach).isInstanceOf(Busy.class);
    }
    assertThat(lun.isToldToGo(1)).isFalse();
  }

  @Test
  @DisplayName("what failed for good is taken back at once, each path of it")
  void forGood() {
    lun.sectors(2, "sdc", 4096);
    assertThatThrownBy(this::attach).isInstanceOf(WrongDevice.class);
    assertThat(lun.isToldToGo(1)).isTrue();
    assertThat(lun.isToldToGo(2)).isTrue();
  }

  @Test
  @DisplayName("rule 9: also one that was lost as it was made, and of which nobody knows who it is")
  void nameless() {
    lun.isNameless(2);
    takenBack();
    assertThat(lun.isToldToGo(2)).isTrue();
  }

  @Test
  @DisplayName("rule 16: of another's target such a one is left alone")
  void namelessOfAnother() {
    lun.isNameless(2);
    lun.isOfAnotherTarget(2);
    takenBack();
    assertThat(lun.isToldToGo(2)).isFalse();
  }

  @Test
  @DisplayName(
      "F37: that no path has answered is a failure where there was time, and else half way")
  void noPath() {
    lun.reservations =
        deadline -> {
          while (!deadline.passed()) {
            LockSupport.parkNanos(this, deadline.left().toNanos());
          }
          return new Reply.Silent<>("it did not answer in time");
        };
    assertThatThrownBy(this::attach).isInstanceOf(NoPath.class);
    assertThat(lun.isToldToGo(1)).isFalse();

    takenBack();
  }

  @Test
  @DisplayName(
      "F21: where no path answers over sessions that are up, lost packets are said to be why")
  void packetsLost() throws IOException {
    PacketSizeTest.route(host.resolve("route"), lun.iscsi.sys, 9000);
    braid.ping = (address, bytes, deadline) -> bytes > 1500 ? Outcome.SILENT : Outcome.ANSWERED;
    lun.reservations = deadline -> new Reply.Silent<>("the transport failed the command");
    assertThatThrownBy(this::attach)
        .isInstanceOf(NoPath.class)
        .hasMessageContainingAll(
            "the transport failed the command",
            "do not get to " + FakeIscsi.A.host(),
            "do not get to " + FakeIscsi.B.host());
    assertThat(lun.isToldToGo(1)).as("it is undone all the same").isTrue();
  }

  private void takenBack() {
    lun.reservations = deadline -> new Reply.Silent<>("its session is down");
    assertThatThrownBy(this::attach).isInstanceOf(NoPath.class);
    assertThat(lun.isToldToGo(1)).isTrue();
  }

  private Attached attach() {
    return braid.attach().attach(TwoPaths.LUN, Deadline.after(A_MOMENT));
  }
}
