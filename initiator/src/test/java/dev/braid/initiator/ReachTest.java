package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Serial;
import dev.braid.base.Wwid;
import dev.braid.initiator.Reach.State;
import dev.braid.linux.sysfs.Hctl;
import dev.braid.linux.sysfs.ScsiDevice;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ReachTest {

  private static final Wwid LUN = new Serial("0123456789abcdef012345678").wwid();

  @Test
  @DisplayName("F25: one path that answers and is used is enough")
  void works() {
    assertThat(Reach.of(List.of(silent(true), answers(true)), true))
        .isEqualTo(new Reach(State.WORKS, ""));
  }

  @Test
  @DisplayName("F25: without a path that answers each says why, and by which session it came")
  void lost() {
    Reach reach = Reach.of(List.of(silent(true), silent(false)), false);
    assertThat(reach.state()).isEqualTo(State.LOST);
    assertThat(reach.why())
        .isEqualTo(
            "2:0:0:300 (sdb): its session is down, by session 1;"
                + " 2:0:0:300 (sdb): its session is down, by session 1");
  }

  @Test
  @DisplayName(
      "F25: an answer to INQUIRY, which LIO gives itself, is no I/O: the path must be used")
  void answersAlone() {
    Reach reach = Reach.of(List.of(silent(true), answers(false)), true);
    assertThat(reach.state()).isEqualTo(State.ANSWERS);
    assertThat(reach.why()).contains("its session is down").contains("device-mapper has failed it");
  }

  @Test
  @DisplayName(
      "F25: where nothing waits for such a path any more, what is written is lost for good")
  void fails() {
    assertThat(Reach.of(List.of(silent(true), answers(false)), false).state())
        .isEqualTo(State.FAILS);
    assertThat(Reach.of(List.of(answers(true)), false).state()).isEqualTo(State.WORKS);
  }

  @Test
  @DisplayName("F25: a map without any path reaches nothing")
  void nothing() {
    assertThat(Reach.of(List.of(), true).state()).isEqualTo(State.LOST);
    assertThat(Reach.of(List.of(), true).why()).isEqualTo("it has no path at all");
  }

  private static Reach.Way silent(boolean used) {
    return new Reach.Way(
        PathCheck.of(LUN, device(), Identity.Word.silent("its session is down")),
        used,
        "session 1");
  }

  private static Reach.Way answers(boolean used) {
    var word = new Identity.Word(Optional.of(LUN.text()), "");
    return new Reach.Way(PathCheck.of(LUN, device(), word), used, "session 2");
  }

  private static ScsiDevice device() {
    return new ScsiDevice(
        new Hctl(2, 0, 0, 300),
        "LIO-ORG",
        "Braid",
        "running",
        Optional.of("sdb"),
        Optional.of("sg1"),
        1 << 20,
        Optional.of(LUN.text()));
  }
}
