package dev.braid.linux.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Iqn;
import dev.braid.linux.scsi.Reservations.Type;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ReservationsTest {

  private static final Iqn SELF = new Iqn("iqn.2026-11.dev.braid.lab:node1");
  private static final Iqn OTHER = new Iqn("iqn.2026-11.dev.braid.lab:node2");

  @Test
  @DisplayName("a unit that nobody has reserved can be written to")
  void none() {
    assertThat(Reservations.parse(answer()).orElseThrow().keepsFromWriting(SELF)).isEmpty();
    byte[] registered = answer(one(OTHER, 0));
    assertThat(Reservations.parse(registered).orElseThrow().keepsFromWriting(SELF)).isEmpty();
  }

  @Test
  @DisplayName("one that another initiator has reserved for itself cannot, and it is named")
  void another() {
    var found = Reservations.parse(answer(one(SELF, 0), one(OTHER, 1))).orElseThrow();
    assertThat(found.keepsFromWriting(SELF).orElseThrow().toString())
        .contains(OTHER.name(), "write exclusive", "0000000000abcdef");
    assertThat(found.keepsFromWriting(OTHER)).isEmpty();
  }

  @Test
  @DisplayName("one reserved for all who registered can, by those")
  void registrants() {
    for (int type : new int[] {5, 6, 7, 8}) {
      var with = Reservations.parse(answer(one(SELF, 0), one(OTHER, type))).orElseThrow();
      assertThat(with.keepsFromWriting(SELF)).isEmpty();
      var without = Reservations.parse(answer(one(OTHER, type))).orElseThrow();
      assertThat(without.keepsFromWriting(SELF)).isPresent();
      assertThat(without.registrations().get(0).type()).isNotEqualTo(Type.NONE);
    }
  }

  @Test
  @DisplayName("a part of an answer is none: it could lack the holder")
  void cutOff() {
    byte[] whole = answer(one(SELF, 0), one(OTHER, 1));
    for (int length = 0; length < whole.length; length++) {
      assertThat(Reservations.parse(Arrays.copyOf(whole, length)))
          .as("cut at %d", length)
          .isEmpty();
    }
  }

  private static byte[] answer(byte[]... descriptors) {
    var all = new ByteArrayOutputStream();
    for (byte[] descriptor : descriptors) {
      all.writeBytes(descriptor);
    }
    byte[] answer = Arrays.copyOf(new byte[] {0, 0, 0, 1}, 8 + all.size());
    answer[6] = (byte) (all.size() >> 8);
    answer[7] = (byte) all.size();
    System.arraycopy(all.toByteArray(), 0, answer, 8, all.size());
    return answer;
  }

  /** As LIO writes it: key, flags, type, relative port, and the initiator with its session. */
  private static byte[] one(Iqn initiator, int heldType) {
    byte[] name = (initiator + ",i,0x00023d000001\0\0\0").getBytes(StandardCharsets.US_ASCII);
    int length = name.length + 3 & ~3;
    var descriptor = new byte[24 + 4 + length];
    descriptor[5] = (byte) 0xab;
    descriptor[6] = (byte) 0xcd;
    descriptor[7] = (byte) 0xef;
    descriptor[12] = (byte) (heldType == 0 ? 0 : 1);
    descriptor[13] = (byte) heldType;
    descriptor[19] = 1;
    descriptor[23] = (byte) (4 + length);
    descriptor[24] = 0x45;
    descriptor[27] = (byte) length;
    System.arraycopy(name, 0, descriptor, 28, name.length);
    return descriptor;
  }
}
