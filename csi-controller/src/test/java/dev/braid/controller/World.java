package dev.braid.controller;

import dev.braid.base.step.Steps;
import dev.braid.proto.csi.v1.ControllerGrpc;
import dev.braid.proto.csi.v1.ControllerGrpc.ControllerBlockingStub;
import dev.braid.proto.csi.v1.IdentityGrpc;
import dev.braid.proto.csi.v1.IdentityGrpc.IdentityBlockingStub;
import dev.braid.rpc.Endpoint;
import dev.braid.rpc.FakeHead;
import dev.braid.rpc.RpcServer;
import dev.braid.rpc.TestCertificates;
import dev.braid.rpc.TlsFiles;
import dev.braid.san.InitiatorApi;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A controller on its Unix socket and a head on TCP with mutual TLS, all of it real but the head's
 * kernel; in a folder of the test.
 */
final class World implements AutoCloseable {

  static final Duration ATTEST_WAIT = Duration.ofMillis(3000);
  static final Duration SHORT_WAIT = Duration.ofMillis(700);

  private static final EventLoopGroup LOOP =
      new MultiThreadIoEventLoopGroup(
          1,
          task -> {
            var thread = new Thread(task, "test-io");
            thread.setDaemon(true);
            return thread;
          },
          NioIoHandler.newFactory());

  final FakeHead head = new FakeHead();
  final TestCertificates ca;
  final Path topology;
  final Path folder;

  private final TlsFiles headFiles;
  private @Nullable RpcServer headServer;
  private int headPort;
  private @Nullable RpcServer controller;
  private @Nullable Heads heads;
  private @Nullable InitiatorChannel channelOfWords;
  private @Nullable ManagedChannel channel;

  World(Path folder) {
    this.folder = folder;
    this.ca = new TestCertificates(folder, "san");
    this.headFiles = ca.head("san1");
    this.topology = folder.resolve("topology.yaml");
    startHead(headFiles);
    writeTopology(topologyText());
  }

  /** As {@code Main} wires it. */
  World withController(TlsFiles files) {
    stopController();
    var source = new FileTopology(topology);
    heads = new Heads(source, files);
    controller =
        RpcServer.onUnixSocket(
            socket(),
            List.of(
                new IdentityService(),
                new ControllerService(
                    source,
                    source,
                    heads,
                    Withdrawal.headWaits(heads, Steps.unobserved(), ATTEST_WAIT),
                    Steps.unobserved())));
    return this;
  }

  /** With Kubernetes: names and words by Initiators. */
  World withController(InitiatorApi api) {
    stopController();
    var source = new FileTopology(topology);
    var open = new Heads(source, ca.client("controller"));
    var made = new InitiatorChannel(api, source, open, Steps.unobserved());
    heads = open;
    channelOfWords = made;
    controller =
        RpcServer.onUnixSocket(
            socket(),
            List.of(
                new IdentityService(),
                new ControllerService(
                    source, made.names(), open, made.withdrawal(SHORT_WAIT), Steps.unobserved())));
    made.start();
    return this;
  }

  World withController() {
    return withController(ca.client("controller"));
  }

  Endpoint.Unix socket() {
    return new Endpoint.Unix(folder.resolve("csi.sock"));
  }

  String topologyText() {
    return """
        heads:
          - name: san1
            address: 127.0.0.1:%d
        pools:
          - name: fast
            head: san1
        nodes:
          - name: node1
            initiator: iqn.2024-01.test:node1
          - name: node2
            initiator: iqn.2024-01.test:node2
        """
        .formatted(headPort);
  }

  void writeTopology(String text) {
    try {
      Files.writeString(topology, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void startHead(TlsFiles files) {
    headServer = RpcServer.onTcp(new Endpoint.Tcp("127.0.0.1", headPort), files, List.of(head));
    headPort = headServer.port();
  }

  void startHead() {
    startHead(headFiles);
  }

  void stopHead() {
    if (headServer != null) {
      headServer.close();
      headServer = null;
    }
  }

  ControllerBlockingStub csi() {
    return ControllerGrpc.newBlockingStub(channel()).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  IdentityBlockingStub identity() {
    return IdentityGrpc.newBlockingStub(channel()).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private ManagedChannel channel() {
    if (channel == null) {
      channel = open(socket().socketAddress());
    }
    return channel;
  }

  static ManagedChannel open(SocketAddress address) {
    return NettyChannelBuilder.forAddress(address)
        .channelType(NioDomainSocketChannel.class)
        .eventLoopGroup(LOOP)
        .overrideAuthority("localhost")
        .usePlaintext()
        .build();
  }

  private void stopController() {
    if (channel != null) {
      channel.shutdownNow();
      channel = null;
    }
    if (channelOfWords != null) {
      channelOfWords.close();
      channelOfWords = null;
    }
    if (controller != null) {
      controller.close();
      controller = null;
    }
    if (heads != null) {
      heads.close();
      heads = null;
    }
  }

  @Override
  public void close() {
    stopController();
    stopHead();
  }
}
