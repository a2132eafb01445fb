package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Iqn;
import dev.braid.base.LunNumber;
import dev.braid.base.Portal;
import dev.braid.base.Serial;
import dev.braid.base.error.KernelRefused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ClocksTest {

  private final List<Lun> attached = new ArrayList<>();
  private final Map<String, Duration> heads = new HashMap<>();
  private final List<String> asked = new ArrayList<>();
  private final Clocks clocks =
      new Clocks(
          () -> attached,
          (address, deadline) -> {
            asked.add(address);
            return Optional.ofNullable(heads.get(address));
          });

  @Test
  @DisplayName("a clock that is off by more than a minute is named, with the way and what to do")
  void far() {
    attached.add(lun(1, "10.77.1.11:3260,1", "10.77.2.11:3260,2"));
    heads.put("10.77.1.11", Duration.ofHours(1).plusSeconds(3));
    heads.put("10.77.2.11", Duration.ofSeconds(-61));
    clocks.look();
    assertThat(clocks.found())
        .satisfiesExactly(
            why -> assertThat(why).contains("60 minutes behind", "10.77.1.11", "chronyc"),
            why -> assertThat(why).contains("1 minutes ahead", "10.77.2.11"));
    assertThat(clocks.seconds()).containsEntry(List.of("10.77.1.11"), 3603.0);
  }

  @Test
  @DisplayName("a clock that is nearly right, and one that is put right, is not named")
  void near() {
    attached.add(lun(1, "10.77.1.11:3260,1"));
    heads.put("10.77.1.11", Duration.ofSeconds(61));
    clocks.look();
    assertThat(clocks.found()).hasSize(1);
    heads.put("10.77.1.11", Duration.ofSeconds(-60));
    clocks.look();
    assertThat(clocks.found()).isEmpty();
  }

  @Test
  @DisplayName("a head that does not answer, and one that cannot be asked, says nothing")
  void silent() {
    attached.add(lun(1, "10.77.1.11:3260,1", "[fd00::1]:3260,2"));
    clocks.look();
    assertThat(clocks.found()).isEmpty();
    assertThat(clocks.seconds()).isEmpty();
    assertThat(asked).as("IPv6 has no such question").containsExactly("10.77.1.11");

    var refused =
        new Clocks(
            () -> attached,
            (address, deadline) -> {
              throw new KernelRefused("no right to");
            });
    refused.look();
    assertThat(refused.found()).isEmpty();
  }

  @Test
  @DisplayName("rule 19: an address is asked once, however many LUNs come from it")
  void once() {
    attached.add(lun(1, "10.77.1.11:3260,1"));
    attached.add(lun(2, "10.77.1.11:3260,1"));
    clocks.look();
    assertThat(asked).hasSize(1);
  }

  private static Lun lun(int number, String... portals) {
    return new Lun(
        new Iqn("iqn.2026-01.dev.braid:pool"),
        List.of(portals).stream().map(Portal::parse).toList(),
        new LunNumber(number),
        new Serial("0123456789abcdef012345678").wwid());
  }
}
