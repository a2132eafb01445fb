package dev.braid.node;

import dev.braid.base.Repeater;
import dev.braid.base.error.Refused;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the registration with kubelet: at once, or, on a host that is not fit for an attach and has
 * nothing staged, when it is fit. Until then no pod with a volume is sent to this node, instead of
 * failing on it. A node that has volumes registers in any case: kubelet needs the plugin to take
 * them off.
 */
final class Registrar implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Registrar.class);

  private final Supplier<Registration> open;
  private final Supplier<List<String>> wrong;
  private @Nullable Registration registration;
  private @Nullable Repeater later;
  private boolean closed;

  private Registrar(Supplier<Registration> open, Supplier<List<String>> wrong) {
    this.open = open;
    this.wrong = wrong;
  }

  /**
   * @param open empty if nobody asks for a registration
   */
  static Registrar start(
      Optional<Supplier<Registration>> open, Supplier<List<String>> wrong, BooleanSupplier staged) {
    var registrar =
        new Registrar(
            open.orElse(
                () -> {
                  throw new IllegalStateException("nobody asked for a registration");
                }),
            wrong);
    if (open.isPresent()) {
      registrar.start(staged);
    }
    return registrar;
  }

  private synchronized void start(BooleanSupplier staged) {
    if (wrong.get().isEmpty() || staged.getAsBoolean()) {
      registration = open.get();
      return;
    }
    log.warn("kubelet is not told of this plugin until this host is fit for volumes");
    later = Repeater.of("registration", this::openIfFit);
    later.wake();
  }

  private void openIfFit() {
    List<String> still = wrong.get();
    if (!still.isEmpty()) {
      throw new Refused("it waits for this host: " + String.join("; ", still));
    }
    synchronized (this) {
      if (!closed) {
        registration = open.get();
      }
    }
  }

  /** Why kubelet would not call; empty if it has registered us, or nobody asked for that. */
  synchronized Optional<String> missing() {
    if (registration != null) {
      return registration.missing();
    }
    return later == null
        ? Optional.empty()
        : Optional.of("kubelet is not told of this plugin until this host is fit for volumes");
  }

  @Override
  public void close() {
    Repeater waiting;
    synchronized (this) {
      closed = true;
      waiting = later;
    }
    if (waiting != null) {
      waiting.close();
    }
    synchronized (this) {
      if (registration != null) {
        registration.close();
      }
    }
  }
}
