package dev.braid.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertsCommandTest {

  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

  @TempDir Path scratch;
  private Path folder;

  @BeforeEach
  void folder() {
    folder = scratch.resolve("certs");
  }

  private int certs(String role, String... rest) {
    var arguments =
        new java.util.ArrayList<>(List.of("certs", role, "--folder", folder.toString()));
    arguments.addAll(List.of(rest));
    return Main.run(arguments.toArray(new String[0]));
  }

  private X509Certificate certificate(String name) throws Exception {
    try (var in = Files.newInputStream(folder.resolve(name))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private String permissions(String name) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name)));
  }

  @Test
  @DisplayName("rule 20: a head's and a client's certificate of one CA, each for its own role only")
  void roles() throws Exception {
    assertThat(certs("head", "san1", "--san", "san1.example", "--san", "192.0.2.10")).isZero();
    assertThat(certs("client", "controller", "--days", "30")).isZero();
    var ca = certificate("ca.pem");
    var head = certificate("san1.pem");
    var client = certificate("controller.pem");
    head.verify(ca.getPublicKey());
    client.verify(ca.getPublicKey());
    assertThat(head.getExtendedKeyUsage()).containsExactly(SERVER_AUTH);
    assertThat(client.getExtendedKeyUsage()).containsExactly(CLIENT_AUTH);
    assertThat(head.getSubjectAlternativeNames())
        .extracting(name -> String.valueOf(name.get(1)))
        .containsExactly("san1", "san1.example", "192.0.2.10");
    assertThat(head.getBasicConstraints()).isNegative();
    assertThat(ca.getBasicConstraints()).isZero();
    assertThat(Duration.between(Instant.now(), client.getNotAfter().toInstant()))
        .isBetween(Duration.ofDays(29), Duration.ofDays(30));
  }

  @Test
  @DisplayName("rule 20: keys are for their owner alone, and so is the folder")
  void permissions() throws Exception {
    certs("head", "san1");
    assertThat(permissions("ca.key")).isEqualTo("rw-------");
    assertThat(permissions("san1.key")).isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
  }

  @Test
  @DisplayName("nothing is overwritten without --force, and the CA not even with it")
  void overwrites() throws Exception {
    certs("head", "san1");
    byte[] ca = Files.readAllBytes(folder.resolve("ca.key"));
    byte[] key = Files.readAllBytes(folder.resolve("san1.key"));
    assertThat(certs("head", "san1")).isNotZero();
    assertThat(folder.resolve("san1.key")).hasBinaryContent(key);
    assertThat(certs("head", "san1", "--force")).isZero();
    assertThat(Files.readAllBytes(folder.resolve("san1.key"))).isNotEqualTo(key);
    assertThat(folder.resolve("ca.key")).hasBinaryContent(ca);
    assertThat(certs("head", "ca", "--force")).isNotZero();
    Files.delete(folder.resolve("ca.pem"));
    assertThat(certs("head", "san2")).isNotZero();
    assertThat(folder.resolve("ca.key")).hasBinaryContent(ca);
  }

  @Test
  @DisplayName("what cannot be is refused with a reason, before anything is made")
  void wrong() {
    for (String[] wrong :
        new String[][] {
          {"head", "../san1"},
          {"head", "san1", "--san", "not a name"},
          {"head", "san1", "--san", "300.1.1.1"},
          {"client", "controller", "--days", "0"},
          {"client", "controller", "--days", "5000"},
        }) {
      String said = errors(() -> assertThat(Main.run(withFolder(wrong))).isNotZero());
      assertThat(said).startsWith("braid: ").doesNotContain("\tat ");
      assertThat(folder.resolve(wrong[1] + ".key")).doesNotExist();
    }
  }

  private String[] withFolder(String[] arguments) {
    var all = new java.util.ArrayList<>(List.of("certs"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--folder", folder.toString()));
    return all.toArray(new String[0]);
  }

  @Test
  @DisplayName("--help says what is made, what to keep, and where it goes")
  void help() {
    String text = output(() -> assertThat(Main.run("certs", "--help")).isZero());
    assertThat(text).contains("ca.key", "BRAID_TLS_CERT", "head", "client", "Example");
  }

  private static String output(Runnable work) {
    PrintStream before = System.out;
    var bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      work.run();
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static String errors(Runnable work) {
    PrintStream before = System.err;
    var bytes = new ByteArrayOutputStream();
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      work.run();
    } finally {
      System.setErr(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
