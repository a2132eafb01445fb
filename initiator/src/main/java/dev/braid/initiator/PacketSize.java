package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Portal;
import dev.braid.base.error.BraidException;
import dev.braid.initiator.Diagnosis.Finding;
import dev.braid.linux.net.Echo.Outcome;
import dev.braid.linux.net.Routes;
import dev.braid.linux.net.Routes.Route;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether packets as large as this host's interface sends them get to a portal and back. Where they
 * do not, a login comes about all the same, as its packets are small, and so does each session's
 * recovery; what is read or written gets lost, and takes the connection with it.
 */
final class PacketSize {

  private static final Logger log = LoggerFactory.getLogger(PacketSize.class);

  /** Every network lets packets of this size through. */
  static final int SMALL = 128;

  /** IP has none that is larger. */
  private static final int LARGEST = 65_535;

  /** One may be lost by chance. */
  private static final int TRIES = 2;

  private static final Duration ANSWER = Duration.ofSeconds(1);

  private final Routes routes;
  private final Ping ping;

  /** Who sends an echo request of a size that nobody may cut up. */
  @FunctionalInterface
  interface Ping {
    Outcome send(String address, int bytes, Deadline deadline);
  }

  PacketSize(Routes routes, Ping ping) {
    this.routes = routes;
    this.ping = ping;
  }

  /**
   * That large packets get lost, and nobody says so, where small ones do not; empty if they do not
   * get lost, or nobody there answers such requests. Of a smaller limit on the way that this host
   * was told of, by a route or a router, the kernel has every connection know.
   *
   * @param patience with a small one: how long it takes to find out nothing where a packet filter
   *     lets none through
   */
  Optional<Finding> lost(Portal portal, Duration patience, Deadline deadline) {
    Optional<Route> route = routes.to(portal.host());
    if (route.isEmpty() || route.get().mtu() <= SMALL) {
      return Optional.empty();
    }
    int mtu = Math.min(route.get().mtu(), LARGEST);
    try {
      if (ping.send(portal.host(), SMALL, deadline.atMost(patience)) != Outcome.ANSWERED) {
        return Optional.empty();
      }
      for (int i = 0; i < TRIES; i++) {
        Outcome large = ping.send(portal.host(), mtu, deadline.atMost(ANSWER));
        if (large != Outcome.SILENT || deadline.passed()) {
          return Optional.empty();
        }
      }
    } catch (BraidException e) {
      log.debug("no echo to {}: {}", portal, e.messageAndCause());
      return Optional.empty();
    }
    return Optional.of(
        new Finding(
            Cause.MTU,
            "packets of "
                + mtu
                + " bytes, the MTU of "
                + route.get().device()
                + ", do not get to "
                + portal.host()
                + " and back, and small ones do: set the same MTU on this interface, on every"
                + " switch port between, and on the head"));
  }
}
