package dev.braid.linux.net;

import dev.braid.base.Deadline;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.libc.Errno;
import dev.braid.linux.libc.ErrnoException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What another machine's clock says, asked by an ICMP timestamp request (IPv4): the kernel of a
 * Linux host answers it by itself, so that no port is opened and no program runs for it. Many
 * firewalls drop it; then there is no answer, which says nothing. Needs root.
 *
 * <p>An answer tells the milliseconds since midnight UTC, so whole days that a clock is off cannot
 * be seen.
 */
public final class RemoteClock {

  private static final int ICMP_TIMESTAMP = 13;
  private static final int ICMP_TIMESTAMPREPLY = 14;

  /** The header, then when it was sent, received and answered. */
  private static final int LENGTH = 20;

  private static final int ANSWERED_AT = 16;
  private static final long DAY = Duration.ofDays(1).toMillis();

  private RemoteClock() {}

  /**
   * How far the clock at that address is ahead of the given one; negative: behind. To about half of
   * the time that the answer took, and within half a day.
   *
   * @return empty if there is no answer, or none of the standard's form
   * @throws KernelRefused if no request can be sent for another reason than the way there
   */
  public static Optional<Duration> ahead(String address, Clock clock, Deadline deadline) {
    try (var icmp = Icmp.with(address)) {
      byte[] request = Icmp.request(ICMP_TIMESTAMP, LENGTH);
      Instant sent = clock.instant();
      Optional<ByteBuffer> answer = icmp.ask(request, ICMP_TIMESTAMPREPLY, deadline);
      Instant heard = clock.instant();
      return answer.flatMap(bytes -> ahead(bytes, sent, heard));
    } catch (ErrnoException e) {
      return switch (e.errno()) {
        case Errno.EHOSTUNREACH, Errno.ENETUNREACH, Errno.ENETDOWN, Errno.ECONNREFUSED ->
            Optional.empty();
        default -> throw new KernelRefused("cannot send a timestamp request to " + address, e);
      };
    }
  }

  /** The answer was given in the middle between the two, as far as can be known. */
  static Optional<Duration> ahead(ByteBuffer answer, Instant sent, Instant heard) {
    if (answer.remaining() < LENGTH) {
      return Optional.empty();
    }
    // A set first bit says that it is no time since midnight; so does a longer day.
    int said = answer.getInt(ANSWERED_AT);
    if (said < 0 || said >= DAY) {
      return Optional.empty();
    }
    Instant ours = sent.plus(Duration.between(sent, heard).dividedBy(2));
    long apart = Math.floorMod(said - ours.toEpochMilli() + DAY / 2, DAY) - DAY / 2;
    return Optional.of(Duration.ofMillis(apart));
  }
}
