package dev.braid.cli;

import dev.braid.base.Version;
import dev.braid.base.error.BraidException;
import dev.braid.cli.certs.CertsCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code braid} command. */
@Command(
    name = "braid",
    description = "Administers Braid: iSCSI multipath volumes for Kubernetes.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Versions.class,
    subcommands = {CertsCommand.class, CommandLine.HelpCommand.class})
public final class Main {

  /** For {@code --version}. */
  static final class Versions implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"braid " + Version.TEXT};
    }
  }

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** As {@link #main}, without ending the process. */
  public static int run(String... arguments) {
    return new CommandLine(new Main())
        .setUsageHelpWidth(100)
        .setExecutionExceptionHandler(Main::explain)
        .execute(arguments);
  }

  /** A failure that is foreseen says by its message what to do: no stack trace. */
  private static int explain(Exception failure, CommandLine command, CommandLine.ParseResult unused)
      throws Exception {
    if (failure instanceof BraidException) {
      command.getErr().println("braid: " + failure.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
    throw failure;
  }
}
