package dev.braid.cli.certs;

import dev.braid.base.error.AlreadyExists;
import dev.braid.base.error.InvalidInput;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A CA that lives in a folder, {@code ca.pem} and {@code ca.key}. EC keys on P-256. */
public final class CertificateAuthority {

  private static final Duration CA_VALIDITY = Duration.ofDays(3650);

  /** A head whose clock is a little behind must not find a new certificate not yet valid. */
  private static final Duration CLOCK_SKEW = Duration.ofMinutes(10);

  private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,61})");
  private static final Pattern DNS_NAME =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9-]+)*");
  private static final Pattern ADDRESS =
      Pattern.compile("\\d+(\\.\\d+){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  /** Where an issued certificate and its key are. */
  public record Issued(Path certificate, Path key, Instant until) {}

  private final Path folder;
  private final Clock clock;
  private final X509Certificate certificate;
  private final PrivateKey key;

  private CertificateAuthority(
      Path folder, Clock clock, X509Certificate certificate, PrivateKey key) {
    this.folder = folder;
    this.clock = clock;
    this.certificate = certificate;
    this.key = key;
  }

  /** The one of this folder; made if the folder has none, with the folder if need be. */
  public static CertificateAuthority in(Path folder, Clock clock) {
    Path certificateFile = folder.resolve("ca.pem");
    Path keyFile = folder.resolve("ca.key");
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new InvalidInput("--folder", folder.toString(), "it cannot be made: " + e);
    }
    try {
      if (!Files.exists(keyFile) && !Files.exists(certificateFile)) {
        make(certificateFile, keyFile, clock);
      }
      if (!Files.exists(keyFile) || !Files.exists(certificateFile)) {
        throw new InvalidInput(
            "of ca.pem and ca.key only one is in "
                + folder
                + ": bring back the other, or move"
                + " this one away to begin with a new CA");
      }
      var certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(
                      new ByteArrayInputStream(
                          PemFiles.read(certificateFile, PemFiles.CERTIFICATE)));
      var key =
          KeyFactory.getInstance("EC")
              .generatePrivate(
                  new PKCS8EncodedKeySpec(PemFiles.read(keyFile, PemFiles.PRIVATE_KEY)));
      return new CertificateAuthority(folder, clock, certificate, key);
    } catch (GeneralSecurityException e) {
      throw new InvalidInput("cannot use the CA in " + folder + ": " + e.getMessage());
    }
  }

  private static void make(Path certificateFile, Path keyFile, Clock clock)
      throws GeneralSecurityException {
    KeyPair pair = keyPair();
    Instant now = clock.instant();
    var name = new X500Principal("CN=Braid CA " + now.truncatedTo(ChronoUnit.SECONDS));
    X509Certificate certificate;
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              name,
              serialNumber(),
              Date.from(now.minus(CLOCK_SKEW)),
              Date.from(now.plus(CA_VALIDITY)),
              name,
              pair.getPublic());
      // It signs heads and clients, no further CA.
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
      certificate = sign(builder, pair.getPrivate());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // The key first: killed between the two, the next run says what is missing and makes no other.
    PemFiles.write(keyFile, PemFiles.PRIVATE_KEY, pair.getPrivate().getEncoded(), false);
    PemFiles.write(certificateFile, PemFiles.CERTIFICATE, certificate.getEncoded(), false);
  }

  /** What everybody gets. */
  public Path certificateFile() {
    return folder.resolve("ca.pem");
  }

  /**
   * Makes {@code NAME.pem} and {@code NAME.key} in the folder.
   *
   * @param names further DNS names and addresses of a head
   * @throws AlreadyExists if either is there and may not be replaced; nothing is changed then
   */
  public Issued issue(
      Role role, String name, List<String> names, Duration validity, boolean replace) {
    if (!FILE_NAME.matcher(name).matches() || name.equals("ca")) {
      throw new InvalidInput(
          "name", name, "want letters, digits, '.', '_' and '-', at most 62, and not 'ca'");
    }
    var alternatives = new LinkedHashSet<GeneralName>();
    if (role == Role.HEAD) {
      alternatives.add(alternative(name));
      names.forEach(n -> alternatives.add(alternative(n)));
    }
    Path certificateFile = folder.resolve(name + ".pem");
    Path keyFile = folder.resolve(name + ".key");
    for (Path file : new Path[] {certificateFile, keyFile}) {
      if (!replace && Files.exists(file)) {
        throw new AlreadyExists(file + " is there already; --force overwrites it");
      }
    }
    Instant now = clock.instant();
    Instant until = now.plus(validity).truncatedTo(ChronoUnit.SECONDS);
    if (until.isAfter(certificate.getNotAfter().toInstant())) {
      throw new InvalidInput(
          "the CA in "
              + folder
              + " is valid until "
              + certificate.getNotAfter().toInstant()
              + " only: ask for fewer days, or begin a new CA in another folder");
    }
    try {
      KeyPair pair = keyPair();
      X509Certificate issued = certify(role, name, alternatives, pair.getPublic(), now, until);
      PemFiles.write(keyFile, PemFiles.PRIVATE_KEY, pair.getPrivate().getEncoded(), replace);
      PemFiles.write(certificateFile, PemFiles.CERTIFICATE, issued.getEncoded(), replace);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK cannot make EC certificates", e);
    }
    return new Issued(certificateFile, keyFile, until);
  }

  private X509Certificate certify(
      Role role,
      String name,
      Set<GeneralName> alternatives,
      PublicKey publicKey,
      Instant now,
      Instant until)
      throws GeneralSecurityException {
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              certificate,
              serialNumber(),
              Date.from(now.minus(CLOCK_SKEW)),
              Date.from(until),
              new X500Principal("CN=" + name),
              publicKey);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(Extension.extendedKeyUsage, true, new ExtendedKeyUsage(role.purpose()));
      if (!alternatives.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(alternatives.toArray(new GeneralName[0])));
      }
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate));
      return sign(builder, key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static GeneralName alternative(String text) {
    if (ADDRESS.matcher(text).matches()) {
      try {
        return new GeneralName(GeneralName.iPAddress, text);
      } catch (IllegalArgumentException e) {
        throw new InvalidInput("address", text, "want an IPv4 or IPv6 address");
      }
    }
    if (!DNS_NAME.matcher(text).matches()) {
      throw new InvalidInput("name of a head", text, "want a DNS name or an IP address");
    }
    return new GeneralName(GeneralName.dNSName, text);
  }

  private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey by)
      throws GeneralSecurityException {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(by)));
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException(e);
    }
  }

  private static KeyPair keyPair() throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static BigInteger serialNumber() {
    return new BigInteger(127, new SecureRandom());
  }
}
