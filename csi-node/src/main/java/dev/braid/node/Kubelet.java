package dev.braid.node;

import dev.braid.base.Deadline;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.metric.Metrics;
import dev.braid.base.settings.Settings;
import dev.braid.rpc.CsiProbe;
import dev.braid.rpc.Endpoint;
import dev.braid.rpc.HealthPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How kubelet comes to know of this plugin and of its health; each part only where the settings ask
 * for it.
 */
final class Kubelet implements AutoCloseable {

  /** For the plugin's first answer to itself, on a machine that is busy starting. */
  private static final Duration FIRST_ANSWER = Duration.ofSeconds(30);

  private final Registrar registrar;
  private final @Nullable HealthPort health;

  private Kubelet(Registrar registrar, @Nullable HealthPort health) {
    this.registrar = registrar;
    this.health = health;
  }

  /**
   * Called when the plugin serves CSI: kubelet asks for it at once when it sees the registration's
   * socket. It gives that one second, so the plugin has answered itself before: by then what an
   * answer needs is loaded.
   *
   * @param wrong what is wrong with this host now
   * @param staged whether any volume may be staged here
   */
  static Kubelet open(
      Settings settings, Supplier<List<String>> wrong, BooleanSupplier staged, Metrics metrics) {
    Endpoint.Unix endpoint = settings.get(NodeSettings.ENDPOINT);
    var probe = new CsiProbe(endpoint);
    Optional<Endpoint.Unix> socket = settings.get(NodeSettings.REGISTRATION);
    if (socket.isPresent()) {
      List<String> missing = probe.missing(Deadline.after(FIRST_ANSWER));
      if (!missing.isEmpty()) {
        throw new KernelRefused(String.join("; ", missing));
      }
    }
    metrics.gauge(
        "braid_host_lacks",
        "How much of what an attach needs is missing or wrong on this host.",
        () -> wrong.get().size());
    Path seen = settings.get(NodeSettings.KUBELET_ENDPOINT).orElse(endpoint.path());
    var registrar =
        Registrar.start(socket.map(s -> () -> Registration.open(s, seen, metrics)), wrong, staged);
    try {
      return new Kubelet(registrar, health(settings, probe, wrong, registrar, metrics));
    } catch (BraidException e) {
      registrar.close(); // or kubelet would go on calling a plugin that did not start
      throw e;
    }
  }

  private static @Nullable HealthPort health(
      Settings settings,
      CsiProbe probe,
      Supplier<List<String>> wrong,
      Registrar registrar,
      Metrics metrics) {
    int port = settings.get(HealthPort.PORT);
    if (port == 0) {
      return null;
    }
    return HealthPort.open(
        port,
        () -> probe.missing(Deadline.after(CsiProbe.PATIENCE)),
        () -> {
          var missing = new ArrayList<String>();
          registrar.missing().ifPresent(missing::add);
          missing.addAll(wrong.get());
          return missing;
        },
        metrics);
  }

  @Override
  public void close() {
    registrar.close();
    if (health != null) {
      health.close();
    }
  }
}
