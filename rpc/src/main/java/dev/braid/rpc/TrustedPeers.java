package dev.braid.rpc;

import dev.braid.base.Reloading;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Whom this program trusts: who was signed by a CA of the newest file, and for the role that he
 * takes. A head's certificate must not open another head as a client, nor a client's certificate
 * serve as a head; the JDK lets a certificate without any stated role pass for both, we do not.
 */
final class TrustedPeers extends X509ExtendedTrustManager {

  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

  private final Reloading<X509ExtendedTrustManager> newest;

  TrustedPeers(TlsFiles files) {
    this.newest =
        new Reloading<>(List.of(files.ca()), () -> trusting(Pem.certificates(files.ca())));
  }

  private static X509ExtendedTrustManager trusting(X509Certificate[] authorities)
      throws GeneralSecurityException, java.io.IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    for (int i = 0; i < authorities.length; i++) {
      store.setCertificateEntry("ca" + i, authorities[i]);
    }
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return Arrays.stream(factory.getTrustManagers())
        .filter(X509ExtendedTrustManager.class::isInstance)
        .map(X509ExtendedTrustManager.class::cast)
        .findFirst()
        .orElseThrow(() -> new GeneralSecurityException("this JDK has no X.509 trust manager"));
  }

  private static void role(X509Certificate[] chain, String role, String name)
      throws CertificateException {
    List<String> roles = chain[0].getExtendedKeyUsage();
    if (roles == null || !roles.contains(role)) {
      throw new CertificateException(
          "the certificate of " + chain[0].getSubjectX500Principal() + " is not a " + name + "'s");
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    newest.now().checkClientTrusted(chain, authType, engine);
    role(chain, CLIENT_AUTH, "client");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    newest.now().checkServerTrusted(chain, authType, engine);
    role(chain, SERVER_AUTH, "server");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    newest.now().checkClientTrusted(chain, authType, socket);
    role(chain, CLIENT_AUTH, "client");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    newest.now().checkServerTrusted(chain, authType, socket);
    role(chain, SERVER_AUTH, "server");
  }

  /** Without an engine no host name could be compared: never used, so never trusted. */
  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("a peer cannot be checked without its connection");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("a peer cannot be checked without its connection");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return newest.now().getAcceptedIssuers();
  }
}
