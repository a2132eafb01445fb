package dev.braid.e2e.stack;

import dev.braid.cli.Main;
import dev.braid.e2e.lab.Machine;
import dev.braid.rpc.TlsFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The certificates of a deployment, made by the command that an administrator uses. */
public final class Certificates {

  static final String CONTROLLER = "controller";

  private final Path folder;

  private Certificates(Path folder) {
    this.folder = folder;
  }

  /** Makes a CA, a head's certificate for {@code san1} and a client's for the controller. */
  public static Certificates make(Path folder) {
    if (!Files.exists(folder)) {
      String where = folder.toString();
      braid("certs", "head", "--folder", where, "san1", "--san", "10.77.0.11");
      braid("certs", "client", "--folder", where, CONTROLLER);
    }
    return new Certificates(folder);
  }

  /** As these, but the controller's own was signed by a CA of its own. */
  Certificates withStranger(Path strange) {
    if (!Files.exists(strange)) {
      make(strange);
      try {
        Files.copy(
            folder.resolve("ca.pem"),
            strange.resolve("ca.pem"),
            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
    return new Certificates(strange);
  }

  private static void braid(String... arguments) {
    int exit = Main.run(arguments);
    if (exit != 0) {
      throw new IllegalStateException("braid " + String.join(" ", arguments) + ": " + exit);
    }
  }

  /** What the controller knows itself and the heads by. */
  public TlsFiles ofController() {
    return files(CONTROLLER);
  }

  TlsFiles files(String name) {
    return new TlsFiles(
        folder.resolve("ca.pem"), folder.resolve(name + ".pem"), folder.resolve(name + ".key"));
  }

  /** Copies what the holder of a certificate needs, and nothing else: never the CA's key. */
  void install(Machine machine, String remoteFolder, String name) {
    machine.run("install -d -m 700 " + remoteFolder);
    TlsFiles files = files(name);
    for (Path file : new Path[] {files.ca(), files.certificate(), files.key()}) {
      machine.copyTo(file, remoteFolder + "/");
    }
  }

  static Map<String, String> settings(Path where, String name) {
    return Map.of(
        "BRAID_TLS_CA", where.resolve("ca.pem").toString(),
        "BRAID_TLS_CERT", where.resolve(name + ".pem").toString(),
        "BRAID_TLS_KEY", where.resolve(name + ".key").toString());
  }

  Path folder() {
    return folder;
  }
}
