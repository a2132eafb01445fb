package dev.braid.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.metric.Metrics;
import dev.braid.proto.pluginregistration.v1.InfoRequest;
import dev.braid.proto.pluginregistration.v1.RegistrationGrpc;
import dev.braid.proto.pluginregistration.v1.RegistrationStatus;
import dev.braid.rpc.Endpoint;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registration, asked as kubelet asks it. */
class RegistrationTest {

  private static final Path CSI = Path.of("/var/lib/kubelet/plugins/braid.dev/csi.sock");

  @TempDir Path folder;
  private final Metrics metrics = new Metrics();

  private Path socket() {
    return folder.resolve("braid.dev-reg.sock");
  }

  private Registration open(Metrics counted) {
    return Registration.open(new Endpoint.Unix(socket()), CSI, counted);
  }

  /** With a second for each call, as kubelet has it. */
  private void asKubelet(Consumer<RegistrationGrpc.RegistrationBlockingStub> calls) {
    var loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket()))
            .channelType(NioDomainSocketChannel.class)
            .eventLoopGroup(loop)
            .overrideAuthority("localhost")
            .usePlaintext()
            .build();
    try {
      calls.accept(
          RegistrationGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS));
    } finally {
      channel.shutdownNow();
      loop.shutdownGracefully();
    }
  }

  private static RegistrationStatus status(boolean registered, String error) {
    return RegistrationStatus.newBuilder().setPluginRegistered(registered).setError(error).build();
  }

  @Test
  @DisplayName("kubelet is told the driver's name, where CSI is, and a version that it takes")
  void info() {
    try (var registration = open(metrics)) {
      asKubelet(
          kubelet -> {
            var info = kubelet.getInfo(InfoRequest.getDefaultInstance());
            assertThat(info.getType()).isEqualTo("CSIPlugin");
            assertThat(info.getName()).isEqualTo("braid.dev");
            assertThat(info.getEndpoint()).isEqualTo(CSI.toString());
            assertThat(info.getSupportedVersionsList()).containsExactly("1.0.0");
          });
    }
  }

  @Test
  @DisplayName("F7: a refusal is kept with its reason and counted, until kubelet has registered us")
  void refused() {
    try (var registration = open(metrics)) {
      assertThat(registration.missing()).get().asString().contains("not registered");
      asKubelet(
          kubelet -> {
            var unused = kubelet.notifyRegistrationStatus(status(false, "name is taken"));
            assertThat(registration.missing()).get().asString().contains("name is taken");
            var unusedToo = kubelet.notifyRegistrationStatus(status(true, ""));
          });
      assertThat(registration.missing()).isEmpty();
      assertThat(metrics.text())
          .contains(
              "braid_registrations_total{outcome=\"refused\"} 1.0",
              "braid_registrations_total{outcome=\"registered\"} 1.0",
              "braid_registered 1.0");
    }
  }

  @Test
  @DisplayName("F7: the socket of a killed plugin is replaced, and ours goes with us")
  void replaced() throws Exception {
    try (var killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      killed.bind(UnixDomainSocketAddress.of(socket()));
    }
    Object stale =
        Files.readAttributes(socket(), java.nio.file.attribute.BasicFileAttributes.class).fileKey();
    try (var registration = open(metrics)) {
      Object fresh =
          Files.readAttributes(socket(), java.nio.file.attribute.BasicFileAttributes.class)
              .fileKey();
      assertThat(fresh).isNotEqualTo(stale);
    }
    assertThat(socket()).doesNotExist();
  }

  @Test
  @DisplayName("an old plugin that ends late does not take the new one's registration away")
  void upgrade() throws Exception {
    var old = open(metrics);
    Files.delete(socket());
    try (var next = open(new Metrics())) {
      old.close();
      assertThat(socket()).exists();
      asKubelet(
          kubelet ->
              assertThat(kubelet.getInfo(InfoRequest.getDefaultInstance()).getName())
                  .isEqualTo("braid.dev"));
    }
  }
}
