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
import org.jspecify.annotations.Nullable;

/**
 * How kubelet comes to know of this plugin and of its health; each part only where the settings ask
 * for it.
 */
final class Kubelet implements AutoCloseable {

  /** For the plugin's first answer to itself, on a machine that is busy starting. */
  private static final Duration FIRST_ANSWER = Duration.ofSeconds(30);

  private final @Nullable Registration registration;
  private final @Nullable HealthPort health;

  private Kubelet(@Nullable Registration registration, @Nullable HealthPort health) {
    this.registration = registration;
    this.health = health;
  }

  /**
   * Called when the plugin serves CSI: kubelet asks for it at once when it sees the registration's
   * socket. It gives that one second, so the plugin has answered itself before: by then what an
   * answer needs is loaded.
   */
  static Kubelet open(Settings settings, Readiness readiness, Metrics metrics) {
    Endpoint.Unix endpoint = settings.get(NodeSettings.ENDPOINT);
    var probe = new CsiProbe(endpoint);
    Registration registration = null;
    Optional<Endpoint.Unix> socket = settings.get(NodeSettings.REGISTRATION);
    if (socket.isPresent()) {
      List<String> missing = probe.missing(Deadline.after(FIRST_ANSWER));
      if (!missing.isEmpty()) {
        throw new KernelRefused(String.join("; ", missing));
      }
      Path seen = settings.get(NodeSettings.KUBELET_ENDPOINT).orElse(endpoint.path());
      registration = Registration.open(socket.get(), seen, metrics);
    }
    metrics.gauge(
        "braid_host_lacks",
        "How many of the daemons that an attach needs do not listen on this host.",
        () -> readiness.missing().size());
    try {
      return new Kubelet(
          registration,
          health(settings, probe, readiness, Optional.ofNullable(registration), metrics));
    } catch (BraidException e) {
      if (registration != null) {
        registration.close(); // or kubelet would go on calling a plugin that did not start
      }
      throw e;
    }
  }

  private static @Nullable HealthPort health(
      Settings settings,
      CsiProbe probe,
      Readiness readiness,
      Optional<Registration> registration,
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
          registration.flatMap(Registration::missing).ifPresent(missing::add);
          missing.addAll(readiness.missing());
          return missing;
        },
        metrics);
  }

  @Override
  public void close() {
    if (registration != null) {
      registration.close();
    }
    if (health != null) {
      health.close();
    }
  }
}
