package dev.braid.e2e.lab;

import java.util.Locale;

/** What a machine is for; the image is the same. */
public enum Role {
  /** Runs LIO; has the pool's disk on {@code /srv/braid}. */
  HEAD,
  /** Runs iscsid and multipathd. */
  NODE;

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
