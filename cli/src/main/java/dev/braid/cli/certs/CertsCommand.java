package dev.braid.cli.certs;

import dev.braid.base.error.InvalidInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code braid certs head} and {@code braid certs client}. */
@Command(
    name = "certs",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(head | client)",
    description = {
      "Makes the certificates that heads and their clients show each other.",
      "",
      "The first use makes a CA in FOLDER: ca.pem, which every program gets, and ca.key, which no"
          + " program gets. Keep that one; who has it can make himself a client of every head.",
      "Keys are made readable for their owner only. Nothing is overwritten without --force, and the"
          + " CA never is.",
      ""
    },
    footer = {
      "",
      "Example: one head, one controller:",
      "  braid certs head   --folder certs san1 --san san1.example --san 192.0.2.10",
      "  braid certs client --folder certs controller",
      "",
      "Then, on the head san1 and beside the controller:",
      "  BRAID_TLS_CA=certs/ca.pem  BRAID_TLS_CERT=certs/NAME.pem  BRAID_TLS_KEY=certs/NAME.key",
      "",
      "A running program takes a new certificate from the same file names by itself, with its next"
          + " connection."
    })
public final class CertsCommand implements Runnable {

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public void run() {
    throw new InvalidInput("say which: 'braid certs head' or 'braid certs client'; see --help");
  }

  @Command(
      name = "head",
      mixinStandardHelpOptions = true,
      description = "Makes NAME.pem and NAME.key for the agent of a head (a TLS server).")
  void head(
      @Parameters(paramLabel = "NAME", description = "the head's name; the certificate bears it")
          String name,
      @Option(
              names = "--san",
              paramLabel = "NAME-OR-ADDRESS",
              description =
                  "a further DNS name or IP address by which the controller reaches the head;"
                      + " repeatable")
          List<String> names,
      @Option(
              names = "--folder",
              defaultValue = ".",
              paramLabel = "FOLDER",
              description = "where the CA and the certificates are (default: ${DEFAULT-VALUE})")
          Path folder,
      @Option(
              names = "--days",
              paramLabel = "DAYS",
              defaultValue = "365",
              description = "how long it is valid (default: ${DEFAULT-VALUE})")
          int days,
      @Option(names = "--force", description = "overwrite NAME.pem and NAME.key") boolean force) {
    issue(folder, Role.HEAD, name, names == null ? List.of() : names, days, force);
  }

  @Command(
      name = "client",
      mixinStandardHelpOptions = true,
      description =
          "Makes NAME.pem and NAME.key for who asks a head: the controller (a TLS client).")
  void client(
      @Parameters(paramLabel = "NAME", description = "whose it is; for people, in a head's log")
          String name,
      @Option(
              names = "--folder",
              defaultValue = ".",
              paramLabel = "FOLDER",
              description = "where the CA and the certificates are (default: ${DEFAULT-VALUE})")
          Path folder,
      @Option(
              names = "--days",
              paramLabel = "DAYS",
              defaultValue = "365",
              description = "how long it is valid (default: ${DEFAULT-VALUE})")
          int days,
      @Option(names = "--force", description = "overwrite NAME.pem and NAME.key") boolean force) {
    issue(folder, Role.CLIENT, name, List.of(), days, force);
  }

  private void issue(
      Path folder, Role role, String name, List<String> names, int days, boolean force) {
    if (days < 1 || days > 3650) {
      throw new InvalidInput("--days", Integer.toString(days), "want 1 to 3650");
    }
    boolean known = Files.exists(folder.resolve("ca.pem"));
    var authority = CertificateAuthority.in(folder, Clock.systemUTC());
    if (!known) {
      // Nobody who is in use already trusts it: a person who mistyped the folder should notice.
      spec.commandLine().getErr().println("braid: made a new CA in " + folder.toAbsolutePath());
    }
    var issued = authority.issue(role, name, names, Duration.ofDays(days), force);
    spec.commandLine()
        .getOut()
        .printf(
            "%s, valid until %s%n%s%n%s%n",
            issued.certificate(), issued.until(), issued.key(), authority.certificateFile());
  }
}
