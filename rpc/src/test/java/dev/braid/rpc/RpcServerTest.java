package dev.braid.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.braid.base.error.BraidException;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import dev.braid.proto.csi.v1.IdentityGrpc;
import dev.braid.proto.csi.v1.ProbeRequest;
import dev.braid.proto.csi.v1.ProbeResponse;
import dev.braid.rpc.change.SocketFile;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.grpc.stub.StreamObserver;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RpcServerTest {

  @TempDir Path folder;
  private Endpoint.Unix socket;
  private Supplier<ProbeResponse> handler = ProbeResponse::getDefaultInstance;

  @BeforeEach
  void endpoint() {
    socket = Endpoint.parseUnix("unix://" + folder.resolve("new/csi.sock"));
  }

  private RpcServer serve() {
    return RpcServer.onUnixSocket(
        socket,
        List.of(
            new IdentityGrpc.IdentityImplBase() {
              @Override
              public void probe(ProbeRequest request, StreamObserver<ProbeResponse> to) {
                Calls.answer(to, deadline -> handler.get());
              }
            }));
  }

  private ManagedChannel channel() {
    return NettyChannelBuilder.forAddress(socket.socketAddress())
        .channelType(NioDomainSocketChannel.class)
        .eventLoopGroup(Loops.ALL)
        .overrideAuthority("localhost")
        .usePlaintext()
        .build();
  }

  private <T> T with(java.util.function.Function<ManagedChannel, T> use) {
    ManagedChannel channel = channel();
    try {
      return use.apply(channel);
    } finally {
      channel.shutdownNow();
    }
  }

  private ProbeResponse probe() {
    return with(
        channel ->
            IdentityGrpc.newBlockingStub(channel)
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .probe(ProbeRequest.getDefaultInstance()));
  }

  private static String permissions(Path file) throws Exception {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  @DisplayName("rule 20: only the owner can open the socket, or the folder made for it")
  void permissions() throws Exception {
    try (var server = serve()) {
      assertThat(probe()).isNotNull();
      assertThat(permissions(socket.path())).isEqualTo("rw-------");
      assertThat(permissions(folder.resolve("new"))).isEqualTo("rwx------");
      assertThat(folder.resolve("new")).isDirectoryContaining("glob:**csi.sock");
    }
    assertThat(socket.path()).doesNotExist();
  }

  @Test
  @DisplayName("rule 15: the socket file of a killed server is replaced, by the next start")
  void stale() throws Exception {
    Files.createDirectory(folder.resolve("new"));
    for (String left : List.of("csi.sock", ".csi.sock~")) {
      try (var killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        killed.bind(UnixDomainSocketAddress.of(folder.resolve("new").resolve(left)));
      }
    }
    try (var server = serve()) {
      assertThat(probe()).isNotNull();
    }
  }

  @Test
  @DisplayName("a socket that somebody serves on, and a file that is none, are left alone")
  void occupied() throws Exception {
    try (var server = serve()) {
      assertThatThrownBy(this::serve).isInstanceOf(Refused.class).hasMessageContaining("csi.sock");
      assertThat(probe()).isNotNull();
    }
    Files.writeString(socket.path(), "mine");
    assertThatThrownBy(this::serve).isInstanceOf(Refused.class);
    assertThat(socket.path()).hasContent("mine");
  }

  @Test
  @DisplayName("in an upgrade, the old server's end does not remove the new one's socket")
  void upgrade() throws Exception {
    var old = serve();
    Files.delete(socket.path());
    try (var next = serve()) {
      old.close();
      assertThat(probe()).isNotNull();
    }
  }

  @Test
  @DisplayName("a socket that nobody serves yet bears a name that kubelet passes by")
  void hidden() {
    var path = Steps.unobserved().call("prepare", new SocketFile(socket.path())::prepare).getPath();
    assertThat(path).hasParentRaw(folder.resolve("new"));
    assertThat(path.getFileName().toString()).startsWith(".");
  }

  @Test
  @DisplayName("close lets a call in flight finish, and takes no new one")
  void graceful() throws Exception {
    var entered = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    handler =
        () -> {
          entered.countDown();
          awaitQuietly(goOn);
          return ProbeResponse.getDefaultInstance();
        };
    var server = serve();
    var call = CompletableFuture.supplyAsync(this::probe);
    assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
    var closing = CompletableFuture.runAsync(server::close);
    Thread.sleep(100);
    assertThat(closing).isNotDone();
    goOn.countDown();
    assertThat(call.get(20, TimeUnit.SECONDS)).isNotNull();
    closing.get(20, TimeUnit.SECONDS);
    assertThatThrownBy(this::probe).isInstanceOf(StatusRuntimeException.class);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      boolean unused = latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  @DisplayName("a failure reaches the caller with its code and message; the unforeseen as INTERNAL")
  void failures() {
    try (var server = serve()) {
      handler = failing(new InvalidInput("size", "-1", "want bytes"));
      assertThat(status())
          .satisfies(
              s -> assertThat(s.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT),
              s -> assertThat(s.getDescription()).contains("size '-1'", "want bytes"));
      handler = failing(new IllegalStateException("password=swordfish"));
      assertThat(status())
          .satisfies(
              s -> assertThat(s.getCode()).isEqualTo(Status.Code.INTERNAL),
              s -> assertThat(s.getDescription()).contains("log").doesNotContain("swordfish"));
    }
  }

  private static Supplier<ProbeResponse> failing(RuntimeException failure) {
    return () -> {
      throw failure;
    };
  }

  private Status status() {
    try {
      probe();
      throw new AssertionError("succeeded");
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    }
  }

  @Test
  @DisplayName("the standard health service answers")
  void health() {
    try (var server = serve()) {
      var answer =
          with(
              channel ->
                  HealthGrpc.newBlockingStub(channel)
                      .withDeadlineAfter(20, TimeUnit.SECONDS)
                      .check(HealthCheckRequest.getDefaultInstance()));
      assertThat(answer.getStatus()).isEqualTo(ServingStatus.SERVING);
    }
  }

  @Test
  @DisplayName("endpoints: what CSI and people write, and what is wrong with the rest")
  void endpoints() {
    assertThat(Endpoint.parse("unix:///csi/csi.sock"))
        .isEqualTo(Endpoint.parse("unix:/csi/csi.sock"))
        .hasToString("unix:///csi/csi.sock");
    assertThat(Endpoint.parse("[fd00::1]:7443")).isEqualTo(new Endpoint.Tcp("fd00::1", 7443));
    assertThat(Endpoint.parse("san1.example:7443")).hasToString("san1.example:7443");
    for (String wrong :
        List.of("", "san1", "san1:", ":7443", "fd00::1:7443", "san1:70000", "unix:csi.sock")) {
      assertThatThrownBy(() -> Endpoint.parse(wrong)).as(wrong).isInstanceOf(BraidException.class);
    }
    assertThatThrownBy(() -> Endpoint.parseUnix("unix:///" + "x".repeat(110)))
        .hasMessageContaining("105 bytes");
    assertThatThrownBy(() -> Endpoint.parseUnix("san1:7443")).hasMessageContaining("unix:///");
  }
}
