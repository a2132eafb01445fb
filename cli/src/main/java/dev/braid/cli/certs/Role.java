package dev.braid.cli.certs;

import org.bouncycastle.asn1.x509.KeyPurposeId;

/** What a certificate is good for. One is never good for both. */
public enum Role {
  /** A head's agent: a TLS server. */
  HEAD(KeyPurposeId.id_kp_serverAuth),
  /** Who asks a head: a TLS client. */
  CLIENT(KeyPurposeId.id_kp_clientAuth);

  private final KeyPurposeId purpose;

  Role(KeyPurposeId purpose) {
    this.purpose = purpose;
  }

  KeyPurposeId purpose() {
    return purpose;
  }
}
