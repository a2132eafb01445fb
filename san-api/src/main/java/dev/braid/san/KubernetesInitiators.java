package dev.braid.san;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.error.ApiUnreachable;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.NotTrusted;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Step;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link InitiatorApi} over a client of the API server. */
public final class KubernetesInitiators implements InitiatorApi {

  private static final Logger log = LoggerFactory.getLogger(KubernetesInitiators.class);

  /**
   * One attempt. With one repetition it stays within the minute that a CSI call has; and a first
   * one brings the code of TLS along, which takes a slow machine seconds.
   */
  private static final Duration ATTEMPT = Duration.ofSeconds(10);

  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final int REPETITIONS = 1;

  /** What no event told of is found after this long. */
  private static final Duration TOLD_ANEW = Duration.ofMinutes(5);

  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int INVALID = 422;

  private final KubernetesClient client;

  private KubernetesInitiators(KubernetesClient client) {
    this.client = client;
  }

  /**
   * As the pod's service account says, or KUBECONFIG. Nothing is asked yet.
   *
   * @throws Refused if neither says where the API server is
   */
  public static KubernetesInitiators connect() {
    return connect(new ConfigBuilder().build());
  }

  public static KubernetesInitiators connect(Config where) {
    try {
      Config config =
          new ConfigBuilder(where)
              .withRequestTimeout((int) ATTEMPT.toMillis())
              .withConnectionTimeout((int) CONNECT.toMillis())
              .withRequestRetryBackoffLimit(REPETITIONS)
              .withWatchReconnectInterval(500)
              .build();
      return new KubernetesInitiators(
          new KubernetesClientBuilder()
              .withConfig(config)
              .withHttpClientFactory(new JdkHttpClientFactory())
              .build());
    } catch (KubernetesClientException | IllegalArgumentException e) {
      throw new Refused("no way to the API server is configured: " + e.getMessage(), e);
    }
  }

  @Override
  public List<NodeInitiator> list() {
    return asking(
        "listing the Initiators",
        () ->
            all().list().getItems().stream()
                .map(KubernetesInitiators::value)
                .flatMap(Optional::stream)
                .toList());
  }

  @Override
  public Optional<NodeInitiator> find(NodeName node) {
    return asking(
        "reading Initiator " + node,
        () -> Optional.ofNullable(all().withName(node.name()).get()).flatMap(i -> value(i)));
  }

  @Override
  public NodeInitiator make(Step step, NodeName node, Iqn iqn) {
    return asking(
        step.name() + " " + node,
        () -> {
          var wanted = Initiator.of(node, new InitiatorSpec(iqn.name()));
          try {
            client.resource(wanted).create();
          } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
              throw e;
            }
          }
          return Optional.ofNullable(all().withName(node.name()).get())
              .flatMap(i -> value(i))
              .orElseThrow(() -> new ApiUnreachable("Initiator " + node + " was made and is gone"));
        });
  }

  @Override
  public Optional<InitiatorStatus> change(
      Step step, NodeName node, UnaryOperator<InitiatorStatus> change, Deadline deadline) {
    String doing = step.name() + " of Initiator " + node;
    while (true) {
      deadline.check(doing);
      Optional<Initiator> there =
          asking(doing, () -> Optional.ofNullable(all().withName(node.name()).get()));
      if (there.isEmpty()) {
        return Optional.empty();
      }
      InitiatorStatus before = status(there.get());
      InitiatorStatus after = change.apply(before);
      if (after.equals(before)) {
        return Optional.of(after);
      }
      deadline.check(doing);
      there.get().setStatus(after);
      // With the version that was read: who wrote in between wins, and we read again.
      boolean written =
          asking(
              doing,
              () -> {
                try {
                  client.resource(there.get()).updateStatus();
                  return true;
                } catch (KubernetesClientException e) {
                  if (e.getCode() == CONFLICT || e.getCode() == NOT_FOUND) {
                    return false;
                  }
                  throw e;
                }
              });
      if (written) {
        return Optional.of(after);
      }
    }
  }

  @Override
  public Watch watch(Optional<NodeName> node, Watcher watcher) {
    Informable<Initiator> what =
        node.<Informable<Initiator>>map(n -> all().withName(n.name())).orElseGet(this::all);
    var informer = what.runnableInformer(TOLD_ANEW.toMillis());
    informer.addEventHandler(
        new ResourceEventHandler<Initiator>() {
          @Override
          public void onAdd(Initiator added) {
            value(added).ifPresent(watcher::now);
          }

          @Override
          public void onUpdate(Initiator before, Initiator now) {
            value(now).ifPresent(watcher::now);
          }

          @Override
          public void onDelete(Initiator deleted, boolean stateUnknown) {
            name(deleted).ifPresent(watcher::gone);
          }
        });
    informer.exceptionHandler(
        (begun, why) -> {
          log.warn("cannot watch Initiators, trying again: {}", why.toString());
          return true;
        });
    var unused = informer.start();
    return informer::close;
  }

  private MixedOperation<Initiator, KubernetesResourceList<Initiator>, Resource<Initiator>> all() {
    return client.resources(Initiator.class);
  }

  private static InitiatorStatus status(Initiator initiator) {
    return Objects.requireNonNullElse(initiator.getStatus(), InitiatorStatus.EMPTY);
  }

  private static Optional<NodeName> name(Initiator initiator) {
    String name = initiator.getMetadata().getName();
    try {
      return Optional.of(new NodeName(name));
    } catch (InvalidInput e) {
      log.warn("Initiator {} is no node's: {}", name, e.getMessage());
      return Optional.empty();
    }
  }

  /** The definition lets no other kind in; one that came by an older definition is passed over. */
  private static Optional<NodeInitiator> value(Initiator initiator) {
    InitiatorSpec spec = initiator.getSpec();
    try {
      return spec == null
          ? Optional.empty()
          : name(initiator)
              .map(node -> new NodeInitiator(node, new Iqn(spec.iqn()), status(initiator)));
    } catch (InvalidInput e) {
      log.warn("Initiator {}: {}", initiator.getMetadata().getName(), e.getMessage());
      return Optional.empty();
    }
  }

  private static <T> T asking(String doing, Supplier<T> question) {
    try {
      return question.get();
    } catch (KubernetesClientException e) {
      throw failure(doing, e);
    }
  }

  private static BraidException failure(String doing, KubernetesClientException e) {
    String message = doing + ": " + e.getMessage();
    return switch (e.getCode()) {
      case UNAUTHORIZED ->
          new NotTrusted(message + "; the API server does not know who this is", e);
      case FORBIDDEN, INVALID -> new Refused(message, e);
      case NOT_FOUND ->
          new Refused(message + "; is the definition of Initiators (the CRD) installed?", e);
      default -> new ApiUnreachable(message + because(e.getCause()), e);
    };
  }

  private static String because(@Nullable Throwable cause) {
    return cause == null ? "" : " (" + cause + ")";
  }

  @Override
  public void close() {
    client.close();
  }
}
