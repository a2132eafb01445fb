package dev.braid.linux.net;

import dev.braid.base.Deadline;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.libc.Errno;
import dev.braid.linux.libc.ErrnoException;

/** ICMP echo requests of a chosen size that no router may cut up (IPv4). Needs root. */
public final class Echo {

  private static final int ICMP_ECHO = 8;
  private static final int ICMP_ECHOREPLY = 0;

  /** What became of a request. */
  public enum Outcome {
    ANSWERED,
    /** Nobody answered in time. */
    SILENT,
    /** It is larger than this machine's own interface, or a router on the way, lets through. */
    TOO_LARGE
  }

  private Echo() {}

  /**
   * @param bytes the whole packet's size, with its headers: a network's MTU
   */
  public static Outcome send(String address, int bytes, Deadline deadline) {
    try (var icmp = Icmp.with(address)) {
      icmp.neverFragment();
      byte[] request = Icmp.request(ICMP_ECHO, bytes - Icmp.IP_HEADER);
      return icmp.ask(request, ICMP_ECHOREPLY, deadline).isPresent()
          ? Outcome.ANSWERED
          : Outcome.SILENT;
    } catch (ErrnoException e) {
      return switch (e.errno()) {
        case Errno.EMSGSIZE -> Outcome.TOO_LARGE;
        case Errno.EHOSTUNREACH, Errno.ENETUNREACH, Errno.ENETDOWN, Errno.ECONNREFUSED ->
            Outcome.SILENT;
        default -> throw new KernelRefused("cannot send an echo request to " + address, e);
      };
    }
  }
}
