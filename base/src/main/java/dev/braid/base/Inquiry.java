package dev.braid.base;

/**
 * What each of Braid's LUNs names as its vendor and its product when it is asked by INQUIRY, so
 * that settings, rules and searches match them and nobody else's (rule 5). The vendor is LIO's own.
 */
public final class Inquiry {

  public static final String VENDOR = "LIO-ORG";

  public static final String PRODUCT = "Braid";

  private Inquiry() {}
}
