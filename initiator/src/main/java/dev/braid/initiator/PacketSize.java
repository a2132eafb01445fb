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
 *
 * <p>Good to say why something failed, and not to refuse anything beforehand: a head whose own MTU
 * is smaller answers no large request and serves well, and a packet filter may go by size.
 */
final class PacketSize {

  private static final Logger log = LoggerFactory.getLogger(PacketSize.class);

  /** Every network lets packets of this size through. */
  static final int SMALL = 128;

  /** IP has none that is larger. */
  private static final int LARGEST = 65_535;

  /** One may be lost by chance. */
  private static final int TRIES = 2;

  private static final Duration PATIENCE = Duration.ofSeconds(1);

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

  /** What becomes of large packets. */
  sealed interface Answer {

    /**
     * They get there and back; or this host was told of a limit, and keeps its connections to it.
     */
    record Pass() implements Answer {}

    /** They get lost, and small ones do not. */
    record Lost(Finding finding) implements Answer {}

    /** Nobody there answers such requests. */
    record Unknown() implements Answer {}
  }

  Answer ask(Portal portal, Deadline deadline) {
    Optional<Route> route = routes.to(portal.host());
    if (route.isEmpty() || route.get().mtu() <= SMALL) {
      return new Answer.Unknown();
    }
    int mtu = Math.min(route.get().mtu(), LARGEST);
    try {
      // A small one before and after: somebody may answer only so many in a second.
      if (!answersSmall(portal, deadline)) {
        return new Answer.Unknown();
      }
      for (int i = 0; i < TRIES; i++) {
        if (ping.send(portal.host(), mtu, deadline.atMost(PATIENCE)) != Outcome.SILENT) {
          return new Answer.Pass();
        }
        if (!answersSmall(portal, deadline)) {
          return new Answer.Unknown();
        }
      }
    } catch (BraidException e) {
      log.debug("no echo to {}: {}", portal, e.messageAndCause());
      return new Answer.Unknown();
    }
    return new Answer.Lost(
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

  private boolean answersSmall(Portal portal, Deadline deadline) {
    return ping.send(portal.host(), SMALL, deadline.atMost(PATIENCE)) == Outcome.ANSWERED;
  }
}
