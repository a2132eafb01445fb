package dev.braid.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.error.InvalidInput;
import java.security.SecureRandom;
import java.util.HashSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {

  @Test
  @DisplayName("Rule 1: the WWID that LIO makes of a serial is 3, 6001405 and the serial's digits")
  void wwidOfSerial() {
    var serial = new Serial("0123456789abcdef012345678");
    assertThat(serial.wwid()).hasToString("360014050123456789abcdef012345678");
    assertThat(serial.wwid().serial()).isEqualTo(serial);
  }

  @Test
  @DisplayName("Rule 1: new serials are 25 hex digits, and differ")
  void newSerials() {
    var random = new SecureRandom();
    var seen = new HashSet<Serial>();
    for (int i = 0; i < 1000; i++) {
      assertThat(seen.add(Serial.random(random))).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0123456789abcdef01234567",
        "0123456789abcdef0123456789",
        "0123456789ABCDEF012345678",
        "0123456789abcdef01234567g",
        "../56789abcdef0123456789a"
      })
  @DisplayName("Rule 1: nothing but 25 lower-case hex digits is a serial")
  void notASerial(String text) {
    assertThatThrownBy(() -> new Serial(text)).isInstanceOf(InvalidInput.class);
  }

  @Test
  @DisplayName("Rule 4: a volume id gives the pool and the serial back")
  void volumeId() {
    var id = VolumeId.parse("fast/0123456789abcdef012345678");
    assertThat(id.pool()).isEqualTo(new PoolName("fast"));
    assertThat(id.wwid()).hasToString("360014050123456789abcdef012345678");
    assertThat(VolumeId.parse(id.toString())).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "fast",
        "fast/",
        "/0123456789abcdef012345678",
        "fast/0123456789abcdef012345678/",
        "../0123456789abcdef012345678",
        "Fast/0123456789abcdef012345678",
        "fast/0123456789abcdef01234567\n"
      })
  @DisplayName("F2: an id that cannot be parsed says what is wanted")
  void notAVolumeId(String text) {
    assertThatThrownBy(() -> VolumeId.parse(text))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("want ");
  }

  @Test
  @DisplayName("An error shows no control characters and no endless value from outside")
  void printableErrors() {
    assertThatThrownBy(() -> VolumeId.parse("a\u001b[2J\n" + "x".repeat(10_000)))
        .satisfies(
            e -> {
              assertThat(e.getMessage()).hasSizeLessThan(400);
              assertThat(e.getMessage()).doesNotContainPattern("\\p{Cntrl}");
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1:3260,1", "[fd00::1]:3260,2", "127.0.0.1:65535,65535"})
  @DisplayName("A portal is read and written alike")
  void portals(String text) {
    assertThat(Portal.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.1",
        "10.0.0.1:3260",
        "10.0.0.1:0,1",
        "10.0.0.1:70000,1",
        "10.0.0.1:3260,0",
        "10.0.0:3260,1",
        "10.0.0.256:3260,1",
        "san1:3260,1",
        "fd00::1:3260,1",
        "[../x]:3260,1"
      })
  @DisplayName("F2: a portal that is not one is refused")
  void notAPortal(String text) {
    assertThatThrownBy(() -> Portal.parse(text)).isInstanceOf(InvalidInput.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "iqn.2026-11.dev.braid:a/../b",
        "iqn.2026-11.dev.braid:Node",
        "iqn.2026.dev.braid:x",
        "naa.6001405",
        "iqn.2026-11.dev.braid:"
      })
  @DisplayName("F2: a name that could leave its folder in configfs, or be folded, is refused")
  void notAnIqn(String text) {
    assertThatThrownBy(() -> new Iqn(text)).isInstanceOf(InvalidInput.class);
  }

  @Test
  @DisplayName("Rule 8: LUN numbers go round, from the last to the first")
  void lunNumbersRotate() {
    assertThat(new LunNumber(1).next()).isEqualTo(new LunNumber(2));
    assertThat(new LunNumber(LunNumber.MAX).next()).isEqualTo(new LunNumber(LunNumber.MIN));
  }
}
