package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Portal;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;

/**
 * Whether anybody listens at a portal. Asked before a login and without a lock, because a login to
 * a portal that is dead takes its whole timeout, and others of the target would wait for it.
 */
@FunctionalInterface
interface PortalProbe {

  /** Why not; empty if somebody does. */
  Optional<IOException> whyDead(Portal portal, Deadline deadline);

  static Optional<IOException> tcp(Portal portal, Deadline deadline) {
    try (var socket = new Socket()) {
      // A host name cannot be in a portal, so no name server is asked.
      socket.connect(
          new InetSocketAddress(portal.host(), portal.port()), Math.max(1, deadline.leftMillis()));
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    }
  }
}
