package dev.braid.node;

import dev.braid.base.error.BraidException;
import dev.braid.base.settings.Settings;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node plugin. It ends on SIGTERM, or at any moment; volumes stay in use without it. With
 * arguments it is an administrator's command instead, and ends when that is done.
 */
public final class Main {

  private static final Logger log = LoggerFactory.getLogger(Main.class);

  private static final String SERVE = "serve";

  private Main() {}

  public static void main(String[] args) throws InterruptedException {
    List<String> arguments = args.length == 0 ? List.of(SERVE) : List.of(args);
    String command = arguments.get(0);
    List<String> rest = arguments.subList(1, arguments.size());
    try {
      switch (command) {
        case SERVE -> NodePlugin.serve(Settings.read(System.getenv(), NodeSettings.ALL));
        case OrderDiscard.COMMAND -> AdminCommands.discard(rest);
        case AdminCommands.UNINSTALL -> AdminCommands.uninstall(rest);
        default -> {
          log.error(
              "usage: braid-node [{} | {} | {}]",
              SERVE,
              OrderDiscard.usage("POOL/SERIAL"),
              AdminCommands.UNINSTALL);
          System.exit(2);
        }
      }
    } catch (BraidException e) {
      log.error("{}: {}", notDone(command), e.messageAndCause());
      log.debug("what failed", e);
      System.exit(1);
    }
  }

  private static String notDone(String command) {
    return switch (command) {
      case SERVE -> "the node plugin cannot start";
      case OrderDiscard.COMMAND -> "nothing is ordered";
      default -> "not uninstalled";
    };
  }
}
