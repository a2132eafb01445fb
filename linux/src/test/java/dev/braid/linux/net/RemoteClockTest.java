package dev.braid.linux.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is made of a timestamp reply; who sends one is seen in the lab. */
class RemoteClockTest {

  private static final Instant SENT = Instant.parse("2026-11-22T12:00:00.000Z");
  private static final Instant HEARD = SENT.plusMillis(20);

  @Test
  @DisplayName("a clock's difference is taken from the middle of the question's way and back")
  void difference() {
    assertThat(RemoteClock.ahead(said("PT12H0.010S"), SENT, HEARD)).contains(Duration.ZERO);
    assertThat(RemoteClock.ahead(said("PT13H0.010S"), SENT, HEARD)).contains(Duration.ofHours(1));
    assertThat(RemoteClock.ahead(said("PT11H59M0.010S"), SENT, HEARD))
        .contains(Duration.ofMinutes(-1));
  }

  @Test
  @DisplayName("midnight between the two clocks is no difference of a day")
  void midnight() {
    Instant late = Instant.parse("2026-11-22T23:59:59Z");
    assertThat(RemoteClock.ahead(said("PT1S"), late, late)).contains(Duration.ofSeconds(2));
    Instant early = Instant.parse("2026-11-23T00:00:01Z");
    assertThat(RemoteClock.ahead(said("PT23H59M59S"), early, early))
        .contains(Duration.ofSeconds(-2));
  }

  @Test
  @DisplayName("what is no time since midnight, and what is cut off, says nothing of a clock")
  void nothing() {
    assertThat(RemoteClock.ahead(answer(0x80000000), SENT, HEARD)).isEmpty();
    assertThat(RemoteClock.ahead(answer(86_400_000), SENT, HEARD)).isEmpty();
    assertThat(RemoteClock.ahead(ByteBuffer.allocate(19), SENT, HEARD)).isEmpty();
  }

  @Test
  @DisplayName("of all that comes from an address, only the reply to this request is its answer")
  void answers() {
    byte[] packet = new byte[40];
    packet[0] = 0x45;
    packet[20] = 14;
    packet[24] = 0x12;
    packet[25] = 0x34;
    assertThat(Icmp.answer(packet, 14, 0x1234))
        .hasValueSatisfying(a -> assertThat(a.remaining()).isEqualTo(20));
    assertThat(Icmp.answer(packet, 14, 0x1235)).isEmpty();
    assertThat(Icmp.answer(packet, 0, 0x1234)).isEmpty();
    assertThat(Icmp.answer(new byte[27], 14, 0x1234)).isEmpty();
  }

  private static ByteBuffer said(String sinceMidnight) {
    return answer((int) Duration.parse(sinceMidnight).toMillis());
  }

  private static ByteBuffer answer(int millis) {
    return ByteBuffer.allocate(20).putInt(16, millis);
  }
}
