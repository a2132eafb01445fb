package dev.braid.linux.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.base.Serial;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ScsiAnswersTest {

  private static final Serial SERIAL = new Serial("0123456789abcdef012345678");

  /** As LIO writes page 0x83: NAA name, T10 name, relative port. */
  private static final String PAGE_83 =
      "00830028"
          + "01030010"
          + "60014050123456789abcdef012345678"
          + "02010008"
          + "4c494f2d4f524721"
          + "61940004"
          + "00000002";

  @Test
  @DisplayName("rule 3: the WWID is the NAA name of page 0x83, as udev writes it")
  void wwid() {
    var page = DeviceIdentification.parse(bytes(PAGE_83)).orElseThrow();
    assertThat(page.wwid()).contains(SERIAL.wwid());
    assertThat(page.relativePort()).contains(2);
    assertThat(page.designators()).hasSize(3);
  }

  @Test
  @DisplayName("rule 3: another vendor's device has a WWID text, but none of ours")
  void foreign() {
    var page = DeviceIdentification.parse(bytes("0083000c" + "01030008" + "5000c500a1b2c3d4"));
    assertThat(page.orElseThrow().wwid()).isEmpty();
    assertThat(page.orElseThrow().wwidText()).contains("35000c500a1b2c3d4");
  }

  @Test
  @DisplayName("an answer for an address without a LUN, or of another page, names nobody")
  void noUnit() {
    assertThat(DeviceIdentification.parse(bytes("7f" + PAGE_83.substring(2)))).isEmpty();
    assertThat(DeviceIdentification.parse(bytes("00800000"))).isEmpty();
    assertThat(DeviceIdentification.parse(new byte[0])).isEmpty();
  }

  @Test
  @DisplayName("a name that the transfer cut off is left out, not guessed")
  void cutOff() {
    byte[] whole = bytes(PAGE_83);
    for (int length = 0; length < 24; length++) {
      var cut = DeviceIdentification.parse(java.util.Arrays.copyOf(whole, length));
      assertThat(cut.flatMap(DeviceIdentification::wwid)).as("cut at %d", length).isEmpty();
    }
  }

  @Test
  void serialPage() {
    byte[] page =
        ("\0\200\0\u0019" + SERIAL.digits() + "rest").getBytes(StandardCharsets.ISO_8859_1);
    assertThat(Vpd.serial(page)).contains(SERIAL.digits());
  }

  @Test
  void standard() {
    byte[] data = new byte[96];
    byte[] names = "LIO-ORG Braid           4.0 ".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(names, 0, data, 8, names.length);
    var inquiry = StandardInquiry.parse(data).orElseThrow();
    assertThat(inquiry).isEqualTo(new StandardInquiry(0, 0, "LIO-ORG", "Braid", "4.0"));
    assertThat(inquiry.disk()).isTrue();
    data[0] = 0x7f;
    assertThat(StandardInquiry.parse(data).orElseThrow().disk()).isFalse();
  }

  @Test
  @DisplayName("rule 3: good only where host, driver and SCSI status are all good")
  void allThree() {
    assertThat(outcome(0, 0, 0)).isInstanceOf(Reply.Answered.class);
    assertThat(outcome(0, 0, 8)).isInstanceOf(Reply.Answered.class);
    assertThat(outcome(0, 1, 0)).isInstanceOf(Reply.Silent.class);
    assertThat(outcome(0, 0, 6)).isInstanceOf(Reply.Silent.class);
    assertThat(outcome(0x18, 0, 0)).isInstanceOf(Reply.Failed.class);
    assertThat(outcome(2, 0, 8)).isInstanceOf(Reply.Failed.class);
  }

  @Test
  @DisplayName("a refusal says why, in fixed and in descriptor format")
  void sense() {
    byte[] fixed = bytes("70000500000000" + "0a" + "00000000" + "2500" + "00000000");
    byte[] descriptor = bytes("7206290000000000");
    assertThat(Sense.parse(fixed).orElseThrow().noSuchLun()).isTrue();
    assertThat(Sense.parse(descriptor).orElseThrow().unitAttention()).isTrue();
    assertThat(Sense.parse(bytes("00"))).isEmpty();
    assertThat(Sg.outcome(2, 0, 8, new byte[0], fixed, Optional::of))
        .isEqualTo(
            new Reply.Failed<>("sense key 5, code 25/00", Optional.of(new Sense(5, 0x25, 0))));
  }

  @Test
  @DisplayName("a device that is not there is silent")
  void gone() {
    var reply =
        new Sg().inquiry(Path.of("/dev/no-such-device"), Deadline.after(Duration.ofSeconds(1)));
    assertThat(reply).isInstanceOf(Reply.Silent.class);
  }

  private static Reply<byte[]> outcome(int status, int host, int driver) {
    return Sg.outcome(status, host, driver, new byte[0], new byte[0], Optional::of);
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
