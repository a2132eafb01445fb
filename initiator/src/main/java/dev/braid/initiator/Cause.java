package dev.braid.initiator;

import java.util.Locale;

/** Why there is no session through a portal, or none that works. A metric's label, so few. */
public enum Cause {
  /** This host has no route to the portal's network. */
  NO_ROUTE,
  /** Nobody with the portal's address is on the network: a cable, a VLAN, a machine that is off. */
  NO_NEIGHBOUR,
  /** The portal's address is behind a router, or behind a filter, and nothing comes back. */
  NO_ANSWER,
  /** The host is there and nobody listens at the port. */
  PORT_CLOSED,
  /** Small packets pass and large ones do not. */
  MTU,
  /** Somebody answers, who does not speak iSCSI. */
  NOT_ISCSI,
  /** The target sends initiators elsewhere. */
  REDIRECTED,
  /** The portal knows no such target. */
  TARGET_UNKNOWN,
  /**
   * The target does not serve there: its TPG is disabled, or it has no resources. LIO says so of
   * one that it does not know, too.
   */
  TARGET_DISABLED,
  /** The target has no ACL for this initiator. */
  NO_ACL,
  /** The target wants another CHAP secret, or one where this side has none, or this side one. */
  CHAP,
  /** A connection comes about, and the login is not answered. */
  LOGIN_TIMEOUT,
  /** There is a session; its connection is lost, and it is being made anew. */
  RECOVERING,
  /** None of these. */
  OTHER;

  /** As a metric's label. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
