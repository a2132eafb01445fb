package dev.braid.controller;

import dev.braid.base.Deadline;
import dev.braid.base.Version;
import dev.braid.base.error.BraidException;
import dev.braid.base.metric.Metrics;
import dev.braid.base.metric.StepMetrics;
import dev.braid.base.settings.Settings;
import dev.braid.base.step.KillPoint;
import dev.braid.base.step.StepObserver;
import dev.braid.base.step.Steps;
import dev.braid.rpc.CallMetrics;
import dev.braid.rpc.CallSteps;
import dev.braid.rpc.CsiProbe;
import dev.braid.rpc.HealthPort;
import dev.braid.rpc.RetryMetrics;
import dev.braid.rpc.RpcServer;
import dev.braid.rpc.StepLog;
import dev.braid.rpc.TlsFiles;
import dev.braid.san.KubernetesInitiators;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

    var metrics = new Metrics();
    var callSteps = new CallSteps();
    var steps = new Steps(observers(settings, metrics, callSteps));
    var topology = new FileTopology(settings.get(ControllerSettings.TOPOLOGY_FILE));
    var heads = new Heads(topology, TlsFiles.of(settings));
    var attestWait = settings.get(ControllerSettings.ATTEST_WAIT);
    Optional<InitiatorChannel> channel =
        settings.get(ControllerSettings.KUBERNETES)
            ? Optional.of(
                new InitiatorChannel(KubernetesInitiators.connect(), topology, heads, steps))
            : Optional.empty();
    var controller =
        new ControllerService(
            topology,
            channel.<InitiatorNames>map(InitiatorChannel::names).orElse(topology),
            heads,
            channel
                .map(c -> c.withdrawal(attestWait))
                .orElseGet(() -> Withdrawal.headWaits(heads, steps, attestWait)),
            steps);

    var endpoint = settings.get(ControllerSettings.ENDPOINT);
    var server =
        RpcServer.onUnixSocket(
            endpoint,
            List.of(new IdentityService(), controller),
            List.of(new CallMetrics(metrics)),
            callSteps);
    var health = health(settings.get(HealthPort.PORT), new CsiProbe(endpoint), metrics);
    channel.ifPresent(InitiatorChannel::start);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  channel.ifPresent(InitiatorChannel::close);
                  heads.close();
                  health.ifPresent(HealthPort::close);
                },
                "stop"));
    server.awaitEnd();
  }

  /** Ready as long as it answers: {@link IdentityService#probe} says why. */
  private static Optional<HealthPort> health(int port, CsiProbe probe, Metrics metrics) {
    HealthPort.Check answers = () -> probe.missing(Deadline.after(CsiProbe.PATIENCE));
    return port == 0
        ? Optional.empty()
        : Optional.of(HealthPort.open(port, answers, answers, metrics));
  }

  /**
   * A halt is as good as SIGKILL here: it runs no hook and no finally, and what the process holds
   * beside its memory are sockets, which the kernel closes either way.
   */
  private static List<StepObserver> observers(
      Settings settings, Metrics metrics, CallSteps callSteps) {
    var observers =
        new ArrayList<StepObserver>(
            List.of(new StepMetrics(metrics), new RetryMetrics(metrics), new StepLog(), callSteps));
    settings
        .get(ControllerSettings.KILL_POINT_FOLDER)
        .ifPresent(
            folder ->
                observers.add(new KillPoint(folder, () -> Runtime.getRuntime().halt(KILLED))));
    return observers;
  }
}
