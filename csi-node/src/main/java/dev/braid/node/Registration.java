package dev.braid.node;

import dev.braid.base.metric.Counter;
import dev.braid.base.metric.Metrics;
import dev.braid.proto.pluginregistration.v1.InfoRequest;
import dev.braid.proto.pluginregistration.v1.PluginInfo;
import dev.braid.proto.pluginregistration.v1.RegistrationGrpc;
import dev.braid.proto.pluginregistration.v1.RegistrationStatus;
import dev.braid.proto.pluginregistration.v1.RegistrationStatusResponse;
import dev.braid.rpc.Calls;
import dev.braid.rpc.Endpoint;
import dev.braid.rpc.RpcServer;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers this plugin with kubelet, in the place of a sidecar. Kubelet watches a folder for
 * sockets, and what it does hangs on their files alone:
 *
 * <ul>
 *   <li>A file appears, or takes another's place: kubelet asks what it is, asks the plugin for the
 *       node's id, and enters the driver in the CSINode. If that fails it tries again by itself,
 *       from 1.36 on, which is why the chart asks for that.
 *   <li>The file goes: kubelet takes the driver out of the CSINode, and starts no pod with a volume
 *       of it. What is mounted stays so.
 *   <li>Kubelet starts anew: it looks at every file that is there, so there is nothing for us to
 *       do.
 * </ul>
 *
 * <p>So the file says "whoever needs a volume may call", and is handled like that. It appears when
 * CSI is served, and it goes last on a stop, when no call is in flight any more. A plugin that is
 * killed leaves it, and keeps its entry; the next one puts its own in its place in one rename, and
 * kubelet registers it anew.
 *
 * <p>A rolling update of the DaemonSet stops the old pod before it starts the new one: between them
 * the entry is gone for as long as a start takes, new pods on that node wait, and their start is
 * tried again. To leave the file in place instead would keep the entry, but also leave one behind
 * for good where the driver is uninstalled, with kubelet calling at a socket that nobody serves. A
 * file that is not ours any more, as another plugin has put its own there meanwhile, is left alone
 * on a stop: {@code SocketFile} compares inodes.
 */
final class Registration implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Registration.class);

  private static final String TYPE = "CSIPlugin";

  /** Of CSI. Kubelet only wants to see a 1 there. */
  private static final String CSI = "1.0.0";

  private final RpcServer server;
  private final Status status;

  private Registration(RpcServer server, Status status) {
    this.server = server;
    this.status = status;
  }

  /**
   * @param socket where kubelet looks
   * @param csi the socket of CSI, as kubelet sees it; it is served already
   */
  static Registration open(Endpoint.Unix socket, Path csi, Metrics metrics) {
    var status =
        new Status(
            metrics.counter(
                "braid_registrations_total", "What kubelet said to our registration.", "outcome"));
    metrics.gauge(
        "braid_registered",
        "Whether kubelet has registered this plugin.",
        () -> status.missing().isEmpty() ? 1 : 0);
    return new Registration(
        RpcServer.onUnixSocket(socket, List.of(new Service(csi, status))), status);
  }

  /** Why kubelet would not call; empty if it has registered us. */
  Optional<String> missing() {
    return status.missing();
  }

  @Override
  public void close() {
    server.close();
  }

  /** What kubelet said last. */
  private static final class Status {

    private final Counter outcomes;
    private volatile Optional<String> missing =
        Optional.of("kubelet has not registered this plugin yet");

    Status(Counter outcomes) {
      this.outcomes = outcomes;
    }

    Optional<String> missing() {
      return missing;
    }

    void registered() {
      missing = Optional.empty();
      outcomes.add(1, "registered");
      log.info("kubelet has registered this plugin");
    }

    void refused(String why, Path csi) {
      missing = Optional.of("kubelet refused to register this plugin: " + why);
      outcomes.add(1, "refused");
      log.error(
          "kubelet refused to register this plugin, and starts no pod with a volume of it on this"
              + " node; it tries again by itself. Its reason: {}. Look whether {} is this plugin's"
              + " CSI socket as kubelet sees it (BRAID_KUBELET_ENDPOINT), whether"
              + " BRAID_NODE_NAME is this node's name, and whether another driver on this node"
              + " is called {}",
          why,
          csi,
          IdentityService.DRIVER);
    }
  }

  private static final class Service extends RegistrationGrpc.RegistrationImplBase {

    private final Path csi;
    private final Status status;

    Service(Path csi, Status status) {
      this.csi = csi;
      this.status = status;
    }

    @Override
    public void getInfo(InfoRequest request, StreamObserver<PluginInfo> to) {
      Calls.answer(
          to,
          deadline ->
              PluginInfo.newBuilder()
                  .setType(TYPE)
                  .setName(IdentityService.DRIVER)
                  .setEndpoint(csi.toString())
                  .addSupportedVersions(CSI)
                  .build());
    }

    @Override
    public void notifyRegistrationStatus(
        RegistrationStatus request, StreamObserver<RegistrationStatusResponse> to) {
      Calls.answer(
          to,
          deadline -> {
            if (request.getPluginRegistered()) {
              status.registered();
            } else {
              status.refused(request.getError(), csi);
            }
            return RegistrationStatusResponse.getDefaultInstance();
          });
    }
  }
}
