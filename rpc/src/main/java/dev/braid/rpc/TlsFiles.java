package dev.braid.rpc;

import dev.braid.base.error.InvalidInput;
import dev.braid.base.settings.Setting;
import dev.braid.base.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a program finds who it trusts and who it is, in PEM. {@code braid certs} makes them.
 *
 * @param ca the certificates that sign the peers'
 * @param certificate this program's, with whatever stands between it and the CA
 * @param key this program's private key, PKCS #8
 */
public record TlsFiles(Path ca, Path certificate, Path key) {

  public static final Setting<Path> CA =
      Setting.required(
          "BRAID_TLS_CA", "path", "CA certificate that peers must be signed by, PEM", Path::of);
  public static final Setting<Path> CERTIFICATE =
      Setting.required("BRAID_TLS_CERT", "path", "this program's certificate, PEM", Path::of);
  public static final Setting<Path> KEY =
      Setting.required("BRAID_TLS_KEY", "path", "its private key, PKCS #8 in PEM", Path::of);

  /**
   * From settings among which the three of this class are declared.
   *
   * @throws InvalidInput where a file is missing: better before anything is changed than at the
   *     first call
   */
  public static TlsFiles of(Settings settings) {
    return new TlsFiles(file(settings, CA), file(settings, CERTIFICATE), file(settings, KEY));
  }

  private static Path file(Settings settings, Setting<Path> setting) {
    Path file = settings.get(setting);
    if (!Files.isReadable(file)) {
      throw new InvalidInput(
          setting.name(), file.toString(), "this file cannot be read; 'braid certs' makes it");
    }
    return file;
  }
}
