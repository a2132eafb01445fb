package dev.braid.initiator;

/**
 * Why a portal gives no path now.
 *
 * @param sure whether that is the whole of it; otherwise a {@link Diagnosis} may find out more
 * @param why for a person
 */
record Lack(Cause cause, boolean sure, String why) {

  static Lack of(Diagnosis.Finding finding) {
    return new Lack(finding.cause(), true, finding.advice());
  }

  static Lack perhaps(Cause cause, String why) {
    return new Lack(cause, false, why);
  }
}
