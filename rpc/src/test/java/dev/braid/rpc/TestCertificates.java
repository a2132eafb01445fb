package dev.braid.rpc;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A CA for tests, and what it signs, as files in a folder. */
public final class TestCertificates {

  private final Path folder;
  private final KeyPair key = keyPair();
  private final X509Certificate certificate;
  private final Path file;

  public TestCertificates(Path folder, String name) {
    this.folder = folder;
    this.file = folder.resolve(name + "-ca.pem");
    this.certificate = sign(name, key, name, null, Duration.ofDays(1));
    write(file, "CERTIFICATE", encoded(certificate));
  }

  /** What a head holds: a server's certificate for localhost. */
  public TlsFiles head(String name) {
    return issue(name, KeyPurposeId.id_kp_serverAuth, Duration.ofHours(1));
  }

  /** What a controller holds: a client's certificate. */
  public TlsFiles client(String name) {
    return issue(name, KeyPurposeId.id_kp_clientAuth, Duration.ofHours(1));
  }

  public TlsFiles expiredHead(String name) {
    return issue(name, KeyPurposeId.id_kp_serverAuth, Duration.ofSeconds(-60));
  }

  /** A certificate that says nothing about its role. */
  public TlsFiles withoutRole(String name) {
    return issue(name, null, Duration.ofHours(1));
  }

  /** Puts another's files in the place of these, one by one, as an administrator would. */
  public static void replace(TlsFiles files, TlsFiles by) throws IOException {
    Files.copy(by.certificate(), files.certificate(), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(by.key(), files.key(), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(by.ca(), files.ca(), StandardCopyOption.REPLACE_EXISTING);
  }

  private TlsFiles issue(
      String name, @org.jspecify.annotations.Nullable KeyPurposeId role, Duration validity) {
    KeyPair own = keyPair();
    var files =
        new TlsFiles(
            folder.resolve(name + "-trusts.pem"),
            folder.resolve(name + ".pem"),
            folder.resolve(name + ".key"));
    write(files.ca(), "CERTIFICATE", encoded(certificate));
    write(files.certificate(), "CERTIFICATE", encoded(sign(name, own, null, role, validity)));
    write(files.key(), "PRIVATE KEY", own.getPrivate().getEncoded());
    return files;
  }

  private X509Certificate sign(
      String name,
      KeyPair own,
      @org.jspecify.annotations.Nullable String selfSigned,
      @org.jspecify.annotations.Nullable KeyPurposeId role,
      Duration validity) {
    try {
      X500Principal issuer =
          selfSigned != null
              ? new X500Principal("CN=" + selfSigned)
              : certificate.getSubjectX500Principal();
      Instant now = Instant.now();
      var builder =
          new JcaX509v3CertificateBuilder(
              issuer,
              new BigInteger(96, new SecureRandom()),
              Date.from(now.minusSeconds(3600)),
              Date.from(now.plus(validity)),
              new X500Principal("CN=" + name),
              own.getPublic());
      builder.addExtension(
          Extension.basicConstraints, true, new BasicConstraints(selfSigned != null));
      if (selfSigned == null) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(
                new GeneralName[] {
                  new GeneralName(GeneralName.dNSName, "localhost"),
                  new GeneralName(GeneralName.dNSName, name),
                  new GeneralName(GeneralName.iPAddress, "127.0.0.1")
                }));
      }
      if (role != null) {
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(role));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate())));
    } catch (OperatorCreationException | IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair keyPair() {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void write(Path file, String type, byte[] der) {
    try {
      Files.writeString(
          file,
          "-----BEGIN "
              + type
              + "-----\n"
              + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
              + "\n-----END "
              + type
              + "-----\n");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
