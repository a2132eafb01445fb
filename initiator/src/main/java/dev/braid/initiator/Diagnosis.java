package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.chap.ChapCredentials;
import dev.braid.base.error.Refused;
import dev.braid.linux.iscsi.LoginProbe;
import dev.braid.linux.iscsi.LoginProbe.Answer;
import dev.braid.linux.net.Neighbours;
import dev.braid.linux.net.Routes;
import dev.braid.linux.net.Routes.Route;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Optional;

/**
 * Finds out why a login failed, one layer after the other: the way there, the port, the size of
 * packets, the target's own word. Asked after a failure only; it takes seconds and changes nothing.
 */
final class Diagnosis {

  private static final Duration ANSWER = Duration.ofSeconds(3);

  private final Neighbours neighbours;
  private final Routes routes;
  private final PacketSize packets;
  private final ChapSecrets secrets;

  Diagnosis(Neighbours neighbours, Routes routes, PacketSize packets, ChapSecrets secrets) {
    this.neighbours = neighbours;
    this.routes = routes;
    this.packets = packets;
    this.secrets = secrets;
  }

  /**
   * What was found.
   *
   * @param advice what it means and what to look at, for a person; no secret
   */
  record Finding(Cause cause, String advice) {}

  /**
   * @param self the name that this host logs in with
   * @param lack what is known already, for where no more is found
   */
  Finding why(Iqn self, Iqn target, Portal portal, Lack lack, Deadline deadline) {
    Optional<ChapCredentials> credentials;
    try {
      credentials = secrets.of(target);
    } catch (Refused e) {
      return new Finding(Cause.CHAP, e.getMessage());
    }
    // Where a login would come about, what fails are the larger packets that follow it.
    return refusal(self, target, portal, credentials, deadline)
        .or(() -> tooLarge(portal, deadline))
        .orElseGet(() -> new Finding(lack.cause(), lack.why()));
  }

  /**
   * Why a login with these credentials would fail; empty if it would come about. No session is made
   * or touched.
   */
  Optional<Finding> refusal(
      Iqn self,
      Iqn target,
      Portal portal,
      Optional<ChapCredentials> credentials,
      Deadline deadline) {
    Answer answer = LoginProbe.ask(self, target, portal, credentials, deadline.atMost(ANSWER));
    if (answer instanceof Answer.NoConnection none) {
      return Optional.of(noConnection(portal, none.why()));
    }
    if (answer instanceof Answer.Silent) {
      return Optional.of(silent(portal, deadline));
    }
    if (answer instanceof Answer.NotIscsi other) {
      return Optional.of(
          new Finding(
              Cause.NOT_ISCSI,
              "whoever listens at "
                  + portal.endpoint()
                  + " does not speak iSCSI ("
                  + other.why()
                  + "): is it the head's address and port?"));
    }
    if (answer instanceof Answer.Unproven unproven) {
      return Optional.of(
          new Finding(
              Cause.CHAP,
              "the target "
                  + target
                  + " at "
                  + portal.endpoint()
                  + " does not prove who it is ("
                  + unproven.why()
                  + "): compare mutual_user and mutual_password in this host's CHAP file with those"
                  + " in the head's file for "
                  + self));
    }
    var said = (Answer.Said) answer;
    return said.status() == 0
        ? Optional.empty()
        : Optional.of(said(self, target, portal, said, credentials));
  }

  /**
   * Whether a login would come about, as far as one that is not gone through with tells.
   *
   * @throws Refused if there are no credentials for the target where they are wanted
   */
  boolean letsIn(Iqn self, Iqn target, Portal portal, Deadline deadline) {
    Answer answer =
        LoginProbe.ask(self, target, portal, secrets.of(target), deadline.atMost(ANSWER));
    return answer instanceof Answer.Said said && said.status() == 0;
  }

  /** Where not even a connection came about. */
  Finding noConnection(Portal portal, IOException why) {
    String where = portal.endpoint();
    Optional<Route> route = routes.to(portal.host());
    boolean known = portal.host().indexOf(':') < 0; // the tables are IPv4's
    if (known && route.isEmpty()) {
      return new Finding(
          Cause.NO_ROUTE,
          "this host has no route to "
              + where
              + ": give it an address in the head's network, or a route there");
    }
    if (why instanceof ConnectException && String.valueOf(why.getMessage()).contains("refused")) {
      return new Finding(
          Cause.PORT_CLOSED,
          "nobody listens at "
              + where
              + ", though the host answers: start the agent on the head, and look whether its"
              + " target has this portal");
    }
    String way = route.map(r -> " (this host sends there by " + r.device() + ")").orElse("");
    if (neighbours.nobodyAt(portal.host())) {
      return new Finding(
          Cause.NO_NEIGHBOUR,
          "nobody in the network has the address of "
              + where
              + way
              + ": look at cable, switch port and VLAN, and whether the head is up");
    }
    return new Finding(
        Cause.NO_ANSWER,
        "nothing comes back from "
            + where
            + way
            + route
                .filter(r -> !r.direct())
                .map(r -> ", which is in another network, behind a router")
                .orElse("")
            + ": look at the network and at packet filters on the way");
  }

  /** A connection takes small packets only; a login is the first that may be large. */
  private Finding silent(Portal portal, Deadline deadline) {
    return tooLarge(portal, deadline)
        .orElseGet(
            () ->
                new Finding(
                    Cause.LOGIN_TIMEOUT,
                    portal.endpoint()
                        + " takes a connection and does not answer a login: look at the head's"
                        + " kernel log, and whether its disks answer"));
  }

  /** Whether packets as large as this host's interface sends them get lost on the way. */
  PacketSize.Answer large(Portal portal, Deadline deadline) {
    return packets.ask(portal, deadline);
  }

  private Optional<Finding> tooLarge(Portal portal, Deadline deadline) {
    return large(portal, deadline) instanceof PacketSize.Answer.Lost lost
        ? Optional.of(lost.finding())
        : Optional.empty();
  }

  private static Finding said(
      Iqn self,
      Iqn target,
      Portal portal,
      Answer.Said answer,
      Optional<ChapCredentials> credentials) {
    return switch (answer.status()) {
      case 0x0101, 0x0102 ->
          new Finding(
              Cause.REDIRECTED,
              "the target "
                  + target
                  + " at "
                  + portal.endpoint()
                  + " sends initiators to "
                  + answer.keys().getOrDefault("TargetAddress", "another portal")
                  + ": Braid's own targets do not");
      case 0x0201 ->
          new Finding(
              Cause.CHAP,
              "the target "
                  + target
                  + " at "
                  + portal.endpoint()
                  + credentials
                      .map(
                          c ->
                              " refuses this host's credentials (user "
                                  + c.initiator().user()
                                  + "): compare user and password in this host's CHAP file with"
                                  + " those in the head's file for "
                                  + self)
                      .orElse(
                          " wants CHAP, and this host has no credentials: set BRAID_CHAP_FOLDER"
                              + " here, or take it from the head"));
      case 0x0202 ->
          new Finding(
              Cause.NO_ACL,
              "the target "
                  + target
                  + " at "
                  + portal.endpoint()
                  + " has no ACL for "
                  + self
                  + ": is the volume published to this node, under this initiator name?");
      case 0x0203, 0x0207 ->
          new Finding(
              Cause.TARGET_UNKNOWN,
              portal.endpoint()
                  + " knows no target "
                  + target
                  + " in portal group "
                  + portal.tag()
                  + ": does the head serve this pool, at this portal?");
      case 0x0300, 0x0301, 0x0302 ->
          new Finding(
              Cause.TARGET_DISABLED,
              portal.endpoint()
                  + " does not serve the target "
                  + target
                  + " now (LIO says the same of one that it does not have): does the head serve this"
                  + " pool, at this portal, and does its agent run?");
      default ->
          new Finding(
              Cause.OTHER,
              String.format(
                  "the target %s at %s refuses the login with status 0x%04x",
                  target, portal.endpoint(), answer.status()));
    };
  }
}
