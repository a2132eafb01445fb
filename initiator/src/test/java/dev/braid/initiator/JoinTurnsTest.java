package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Iqn;
import dev.braid.base.LunNumber;
import dev.braid.base.Serial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class JoinTurnsTest {

  private static final Iqn OTHER = new Iqn(FakeIscsi.TARGET + "-of-another");

  private final Lun first = lun(1, FakeIscsi.TARGET);
  private final Lun second = lun(2, FakeIscsi.TARGET);
  private final Lun third = lun(3, FakeIscsi.TARGET);
  private final Lun others = lun(4, OTHER);
  private final List<Lun> all = List.of(first, second, third, others);
  private final JoinTurns turns = new JoinTurns();

  @Test
  @DisplayName(
      "F20: by a session that is up and lets nothing through one LUN is tried in a look, each in its"
          + " turn; another target's LUNs each time")
  void oneOfATarget() {
    Predicate<Lun> hangs = lun -> lun.target().equals(FakeIscsi.TARGET);
    assertThat(look(all, hangs)).containsExactly(first, others);
    assertThat(look(all, hangs)).containsExactly(second, others);
    assertThat(look(all, hangs)).containsExactly(third, others);
    assertThat(look(all, hangs)).containsExactly(others, first);
  }

  @Test
  @DisplayName("F20: where it is one LUN's own fault, the others have their paths by the next look")
  void oneThatHangs() {
    assertThat(look(all, first::equals)).containsExactly(first, others);
    assertThat(look(List.of(first, second, third), first::equals))
        .containsExactly(second, third, first);
  }

  @Test
  @DisplayName("what fails at once, as where the head maps it to nobody, takes no other's turn")
  void failsAtOnce() {
    turns.begin(all);
    turns.tried(first, Duration.ofSeconds(1), true);
    assertThat(turns.isOver(second)).isFalse();
    turns.tried(second, Duration.ofSeconds(9), false); // slow, and well
    assertThat(turns.isOver(third)).isFalse();
  }

  private List<Lun> look(List<Lun> lacking, Predicate<Lun> hangs) {
    var tried = new ArrayList<Lun>();
    for (Lun lun : turns.begin(lacking)) {
      if (!turns.isOver(lun)) {
        tried.add(lun);
        turns.tried(lun, Duration.ofSeconds(hangs.test(lun) ? 30 : 1), hangs.test(lun));
      }
    }
    return tried;
  }

  private static Lun lun(int number, Iqn target) {
    return new Lun(
        target,
        List.of(FakeIscsi.A),
        new LunNumber(number),
        new Serial("000000000000000000000000" + number).wwid());
  }
}
