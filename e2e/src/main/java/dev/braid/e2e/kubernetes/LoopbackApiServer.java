package dev.braid.e2e.kubernetes;

import dev.braid.cli.certs.CertificateAuthority;
import dev.braid.cli.certs.Role;
import dev.braid.e2e.lab.LabException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A real API server and its etcd, alone, on loopback: for tests of what talks to it and needs no
 * pod to run. It can be taken away and put back at the same address.
 */
public final class LoopbackApiServer implements ApiServer {

  private static final String HOST = "127.0.0.1";
  private static final Duration READY = Duration.ofSeconds(180);
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final Duration VALIDITY = Duration.ofDays(1);

  private final Path folder;
  private final Path program;
  private final int port;
  private final int etcdPort;
  private final String token;
  private final Process etcd;
  private @Nullable Process server;

  private LoopbackApiServer(Path folder, Path program) throws IOException {
    this.folder = folder;
    this.program = program;
    this.port = freePort();
    this.etcdPort = freePort();
    byte[] secret = new byte[16];
    new SecureRandom().nextBytes(secret);
    this.token = HexFormat.of().formatHex(secret);
    var authority = CertificateAuthority.in(folder, Clock.systemUTC());
    authority.issue(Role.HEAD, "server", List.of(HOST, "localhost"), VALIDITY, true);
    // No certificate is wanted of it, only a pair of keys.
    authority.issue(Role.CLIENT, "service-accounts", List.of(), VALIDITY, true);
    Files.writeString(folder.resolve("tokens.csv"), token + ",admin,admin,system:masters\n");
    Files.writeString(kubeconfig(), kubeconfigText());
    this.etcd = startEtcd();
  }

  /**
   * Returns when it is ready.
   *
   * @param folder empty, for its data, certificates and logs
   * @param program {@code kube-apiserver}
   */
  public static LoopbackApiServer start(Path folder, Path program) throws IOException {
    var made = new LoopbackApiServer(folder, program);
    try {
      made.putBack();
      return made;
    } catch (RuntimeException e) {
      made.close();
      throw e;
    }
  }

  @Override
  public Path kubeconfig() {
    return folder.resolve("admin.kubeconfig");
  }

  /** By SIGKILL; etcd stays. */
  @Override
  public void takeAway() {
    Process now = server;
    if (now != null) {
      end(now);
      server = null;
    }
  }

  @Override
  public void putBack() {
    server =
        spawn(
            "kube-apiserver",
            List.of(
                program.toString(),
                "--etcd-servers=http://" + HOST + ":" + etcdPort,
                "--bind-address=" + HOST,
                "--secure-port=" + port,
                "--cert-dir=" + folder.resolve("made-by-itself"),
                "--tls-cert-file=" + folder.resolve("server.pem"),
                "--tls-private-key-file=" + folder.resolve("server.key"),
                "--token-auth-file=" + folder.resolve("tokens.csv"),
                "--authorization-mode=RBAC",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-signing-key-file=" + folder.resolve("service-accounts.key"),
                "--service-account-key-file=" + folder.resolve("service-accounts.pem"),
                "--service-cluster-ip-range=10.79.0.0/16",
                // A test changes no more than it can see.
                "--endpoint-reconciler-type=none",
                "--profiling=false"));
    awaitReady(server);
  }

  private Process startEtcd() {
    String clients = "http://" + HOST + ":" + etcdPort;
    String peers = "http://" + HOST + ":" + freePort();
    return spawn(
        "etcd",
        List.of(
            "etcd",
            "--data-dir=" + folder.resolve("etcd"),
            "--listen-client-urls=" + clients,
            "--advertise-client-urls=" + clients,
            "--listen-peer-urls=" + peers,
            "--initial-advertise-peer-urls=" + peers,
            "--initial-cluster=default=" + peers,
            "--unsafe-no-fsync"));
  }

  private Process spawn(String name, List<String> argv) {
    try {
      return new ProcessBuilder(new ArrayList<>(argv))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve(name + ".log").toFile()))
          .start();
    } catch (IOException e) {
      throw new LabException("cannot start " + argv.get(0), e);
    }
  }

  private void awaitReady(Process starting) {
    long end = System.nanoTime() + READY.toNanos();
    try {
      var client = HttpClient.newBuilder().sslContext(trusting()).build();
      var question =
          HttpRequest.newBuilder(URI.create(url() + "/readyz"))
              .header("Authorization", "Bearer " + token)
              .timeout(Duration.ofSeconds(5))
              .build();
      while (System.nanoTime() < end && starting.isAlive()) {
        if (ready(client, question)) {
          return;
        }
        Thread.sleep(PAUSE.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (GeneralSecurityException | IOException e) {
      throw new LabException("cannot ask the API server", e);
    }
    throw new LabException("the API server did not become ready, see " + folder);
  }

  private static boolean ready(HttpClient client, HttpRequest question)
      throws InterruptedException {
    try {
      return client.send(question, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  private SSLContext trusting() throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (var file = Files.newInputStream(folder.resolve("ca.pem"))) {
      store.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private String url() {
    return "https://" + HOST + ":" + port;
  }

  private String kubeconfigText() throws IOException {
    String ca = Base64.getEncoder().encodeToString(Files.readAllBytes(folder.resolve("ca.pem")));
    return """
        apiVersion: v1
        kind: Config
        clusters: [{name: c, cluster: {server: "%s", certificate-authority-data: %s}}]
        users: [{name: admin, user: {token: %s}}]
        contexts: [{name: c, context: {cluster: c, user: admin}}]
        current-context: c
        """
        .formatted(url(), ca, token);
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new LabException("no free port", e);
    }
  }

  private static void end(Process process) {
    process.destroyForcibly();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        throw new LabException(process + " does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    takeAway();
    end(etcd);
  }
}
