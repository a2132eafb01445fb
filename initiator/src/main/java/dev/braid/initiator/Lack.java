package dev.braid.initiator;

/**
 * Why a portal gives no path now.
 *
 * @param sure whether that is the whole of it; otherwise a {@link Diagnosis} may find out more
 * @param ofThisHost whether a login failed before it got to the portal, by what this host lacks
 * @param why for a person
 */
record Lack(Cause cause, boolean sure, boolean ofThisHost, String why) {

  static Lack of(Diagnosis.Finding finding) {
    return new Lack(finding.cause(), true, false, finding.advice());
  }

  static Lack perhaps(Cause cause, String why) {
    return new Lack(cause, false, false, why);
  }

  /** A {@link Diagnosis} may still find that the portal would refuse the login, too. */
  static Lack ofThisHost(String why) {
    return new Lack(Cause.OTHER, false, true, why);
  }
}
