package dev.braid.rpc;

import dev.braid.base.Reloading;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Who this program is: its certificate and key, the newest of the files.
 *
 * <p>A handshake asks for an alias first and for certificate and key later, in two calls. Each
 * reading has an alias of its own and the last few are kept, so that a handshake under way while
 * the files change does not get one's certificate with the other's key.
 */
final class OwnIdentity extends X509ExtendedKeyManager {

  private static final int KEPT = 4;

  private record Reading(String alias, X509Certificate[] chain, PrivateKey key) {}

  private final AtomicLong count = new AtomicLong();
  private final Map<String, Reading> readings = new ConcurrentHashMap<>();
  private final Reloading<Reading> newest;

  OwnIdentity(TlsFiles files) {
    this.newest =
        new Reloading<>(
            List.of(files.certificate(), files.key()),
            () -> {
              var chain = Pem.certificates(files.certificate());
              var key = Pem.key(files.key());
              if (!belong(key, chain[0])) {
                throw new GeneralSecurityException(
                    files.key() + " is not the key of " + files.certificate());
              }
              long n = count.incrementAndGet();
              var reading = new Reading("reading " + n, chain, key);
              readings.put(reading.alias(), reading);
              readings.remove("reading " + (n - KEPT));
              return reading;
            });
  }

  /** Not so while one of the two files is replaced and the other not yet. */
  private static boolean belong(PrivateKey key, X509Certificate certificate)
      throws GeneralSecurityException {
    if (!key.getAlgorithm().equals(certificate.getPublicKey().getAlgorithm())) {
      return false;
    }
    var signature =
        Signature.getInstance(
            switch (key.getAlgorithm()) {
              case "EC" -> "SHA256withECDSA";
              case "RSA" -> "SHA256withRSA";
              default -> key.getAlgorithm();
            });
    signature.initSign(key);
    signature.update(certificate.getSignature());
    byte[] signed = signature.sign();
    signature.initVerify(certificate.getPublicKey());
    signature.update(certificate.getSignature());
    return signature.verify(signed);
  }

  @Override
  public String chooseEngineClientAlias(
      String[] keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return newest.now().alias();
  }

  @Override
  public String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return newest.now().alias();
  }

  @Override
  public String chooseClientAlias(
      String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return newest.now().alias();
  }

  @Override
  public String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return newest.now().alias();
  }

  @Override
  public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[] {newest.now().alias()};
  }

  @Override
  public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[] {newest.now().alias()};
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    Reading reading = readings.get(alias);
    return reading == null ? null : reading.chain().clone();
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    Reading reading = readings.get(alias);
    return reading == null ? null : reading.key();
  }
}
