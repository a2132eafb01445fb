package dev.braid.initiator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Serial;
import dev.braid.base.Wwid;
import dev.braid.initiator.PathCheck.Verdict;
import dev.braid.linux.sysfs.Hctl;
import dev.braid.linux.sysfs.ScsiDevice;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PathCheckTest {

  private static final Wwid EXPECTED = new Serial("0123456789abcdef012345678").wwid();
  private static final Wwid OTHER = new Serial("f123456789abcdef012345678").wwid();

  @Test
  @DisplayName("rule 3: only what says now that it is the LUN counts as a path")
  void ours() {
    assertThat(check(Optional.of(EXPECTED.text()), said(EXPECTED))).isEqualTo(Verdict.OURS);
    assertThat(check(Optional.empty(), said(EXPECTED))).isEqualTo(Verdict.OURS);
  }

  @Test
  @DisplayName("rule 3: a silent path does not count, whatever the kernel keeps of it")
  void silent() {
    assertThat(check(Optional.of(EXPECTED.text()), Identity.Word.silent("no answer")))
        .isEqualTo(Verdict.SILENT);
  }

  @Test
  @DisplayName("F4: another WWID behind the address is wrong, also where the kernel keeps ours")
  void wrong() {
    assertThat(check(Optional.of(EXPECTED.text()), said(OTHER))).isEqualTo(Verdict.WRONG);
    assertThat(check(Optional.of(OTHER.text()), said(OTHER))).isEqualTo(Verdict.WRONG);
  }

  @Test
  @DisplayName("rule 11: a device that the kernel made of another LUN is stale")
  void stale() {
    assertThat(check(Optional.of(OTHER.text()), said(EXPECTED))).isEqualTo(Verdict.STALE);
    assertThat(check(Optional.of("3600508b400105e210000900000490000"), said(EXPECTED)))
        .isEqualTo(Verdict.STALE);
  }

  private static Verdict check(Optional<String> kept, Identity.Word word) {
    var device =
        new ScsiDevice(
            new Hctl(2, 0, 0, 300),
            "LIO-ORG",
            "Braid",
            "running",
            Optional.of("sdb"),
            Optional.of("sg1"),
            1 << 20,
            kept);
    return PathCheck.of(EXPECTED, device, word).verdict();
  }

  private static Identity.Word said(Wwid wwid) {
    return new Identity.Word(Optional.of(wwid.text()), "");
  }
}
