package dev.braid.controller;

import dev.braid.base.Version;
import dev.braid.base.error.BraidException;
import dev.braid.base.settings.Settings;
import dev.braid.base.step.KillPoint;
import dev.braid.base.step.StepObserver;
import dev.braid.base.step.Steps;
import dev.braid.rpc.RpcServer;
import dev.braid.rpc.TlsFiles;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The CSI controller. It ends on SIGTERM, after the calls in flight, or at any moment. */
public final class Main {

  private static final Logger log = LoggerFactory.getLogger(Main.class);

  /** What a shell reports for a process that SIGKILL ended. */
  private static final int KILLED = 137;

  private Main() {}

  public static void main(String[] arguments) throws InterruptedException {
    try {
      run();
    } catch (BraidException e) {
      log.error("the controller cannot start: {}", e.messageAndCause());
      log.debug("the controller cannot start", e);
      System.exit(1);
    }
  }

  private static void run() throws InterruptedException {
    Settings settings = Settings.read(System.getenv(), ControllerSettings.ALL);
    log.info("controller {}", Version.TEXT);
    settings.lines().forEach(log::info);

    var steps = new Steps(observers(settings));
    var topology = new FileTopology(settings.get(ControllerSettings.TOPOLOGY_FILE));
    var heads = new Heads(topology, TlsFiles.of(settings));
    var controller =
        new ControllerService(topology, heads, steps, settings.get(ControllerSettings.ATTEST_WAIT));

    var server =
        RpcServer.onUnixSocket(
            settings.get(ControllerSettings.ENDPOINT), List.of(new IdentityService(), controller));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  heads.close();
                },
                "stop"));
    server.awaitEnd();
  }

  /**
   * A halt is as good as SIGKILL here: it runs no hook and no finally, and what the process holds
   * beside its memory are sockets, which the kernel closes either way.
   */
  private static List<StepObserver> observers(Settings settings) {
    return settings
        .get(ControllerSettings.KILL_POINT_FOLDER)
        .<List<StepObserver>>map(
            folder -> List.of(new KillPoint(folder, () -> Runtime.getRuntime().halt(KILLED))))
        .orElse(List.of());
  }
}
