package dev.braid.e2e.writer;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What a test's records are signed with. Shared by all writers and readers of one test. */
public final class SigningKey {

  private static final int BYTES = 32;
  private static final String ALGORITHM = "HmacSHA256";

  private final byte[] secret;

  private SigningKey(byte[] secret) {
    this.secret = secret;
  }

  public static SigningKey random() {
    byte[] secret = new byte[BYTES];
    new SecureRandom().nextBytes(secret);
    return new SigningKey(secret);
  }

  /**
   * @param hex 64 hex digits, as {@link #hex} gives them
   */
  public static SigningKey ofHex(String hex) {
    byte[] secret;
    try {
      secret = HexFormat.of().parseHex(hex.strip());
    } catch (IllegalArgumentException e) {
      // Without the cause: its message quotes the text.
      throw new IllegalArgumentException("a signing key is 64 hex digits");
    }
    if (secret.length != BYTES) {
      throw new IllegalArgumentException("a signing key is 64 hex digits");
    }
    return new SigningKey(secret);
  }

  /** The key itself, to be handed to a writer's standard input and to nothing else. */
  public String hex() {
    return HexFormat.of().formatHex(secret);
  }

  /** Says which key it was without telling it. */
  long id() {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(secret);
      return ByteBuffer.wrap(digest).getLong();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** For one thread. */
  Mac mac() {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret, ALGORITHM));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SigningKey key && Arrays.equals(secret, key.secret);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(secret);
  }

  @Override
  public String toString() {
    return "key " + Long.toHexString(id());
  }
}
