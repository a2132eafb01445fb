package dev.braid.linux.iscsi;

import dev.braid.base.chap.ChapCredentials.Login;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** CHAP's question, and the answer that only who knows the secret can give (RFC 1994). */
final class ChapProof {

  /** MD5, which every iSCSI node has to know. */
  static final String ALGORITHM = "5";

  private static final int LENGTH = 16;

  private final int identifier;
  private final byte[] challenge;

  private ChapProof(int identifier, byte[] challenge) {
    this.identifier = identifier;
    this.challenge = challenge;
  }

  /** A question of our own. */
  static ChapProof fresh() {
    var random = new SecureRandom();
    var challenge = new byte[LENGTH];
    random.nextBytes(challenge);
    return new ChapProof(random.nextInt(256), challenge);
  }

  /** The question among a target's keys; empty if there is none that can be read. */
  static Optional<ChapProof> asked(Map<String, String> keys) {
    try {
      int identifier = Integer.parseInt(keys.getOrDefault("CHAP_I", ""));
      return binary(keys.getOrDefault("CHAP_C", "")).map(c -> new ChapProof(identifier, c));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  void ask(Map<String, String> keys) {
    keys.put("CHAP_I", Integer.toString(identifier));
    keys.put("CHAP_C", hex(challenge));
  }

  void answer(Login login, Map<String, String> keys) {
    keys.put("CHAP_N", login.user());
    keys.put("CHAP_R", hex(response(login.password())));
  }

  /** Whether these keys answer the question as this login would. */
  boolean answeredBy(Login login, Map<String, String> keys) {
    return login.user().equals(keys.get("CHAP_N"))
        && binary(keys.getOrDefault("CHAP_R", ""))
            .filter(r -> MessageDigest.isEqual(r, response(login.password())))
            .isPresent();
  }

  private byte[] response(String secret) {
    try {
      MessageDigest md5 = MessageDigest.getInstance("MD5");
      md5.update((byte) identifier);
      md5.update(secret.getBytes(StandardCharsets.US_ASCII));
      return md5.digest(challenge);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }

  private static String hex(byte[] bytes) {
    return "0x" + HexFormat.of().formatHex(bytes);
  }

  private static Optional<byte[]> binary(String text) {
    try {
      if (text.startsWith("0x") || text.startsWith("0X")) {
        return Optional.of(HexFormat.of().parseHex(text.substring(2)));
      }
      if (text.startsWith("0b") || text.startsWith("0B")) {
        return Optional.of(Base64.getDecoder().decode(text.substring(2)));
      }
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }
}
