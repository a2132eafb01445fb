package dev.braid.rpc;

import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Steps;
import dev.braid.rpc.change.SocketFile;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running gRPC server, with a log of its calls and the standard health service beside the given
 * ones. Handlers may block: each call has a thread of its own.
 */
public final class RpcServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RpcServer.class);

  /** How long {@link #close} waits for calls in flight before it cuts them off. */
  public static final Duration GRACE = Duration.ofSeconds(10);

  /**
   * Watched by nobody: a socket holds nothing, and whatever a killed start left of one is replaced
   * by the next, so that its steps would only stand between a test and those that matter.
   */
  private static final Steps SOCKET = Steps.unobserved();

  private final Server server;
  private final HealthStatusManager health;
  private final String where;
  private final @Nullable SocketFile file;

  private RpcServer(
      Server server, HealthStatusManager health, String where, @Nullable SocketFile file) {
    this.server = server;
    this.health = health;
    this.where = where;
    this.file = file;
    log.info("serving on {}", where);
  }

  /**
   * Serves on a Unix socket that only the process's own user can open.
   *
   * @throws dev.braid.base.error.Refused if another process serves there
   */
  public static RpcServer onUnixSocket(Endpoint.Unix endpoint, List<BindableService> services) {
    return onUnixSocket(endpoint, services, List.of());
  }

  /** As above; each call also goes through the interceptors. */
  public static RpcServer onUnixSocket(
      Endpoint.Unix endpoint,
      List<BindableService> services,
      List<ServerInterceptor> interceptors) {
    return onUnixSocket(endpoint, services, interceptors, new CallSteps());
  }

  /**
   * As above.
   *
   * @param steps observes the steps that the calls make, for the log of the calls
   */
  public static RpcServer onUnixSocket(
      Endpoint.Unix endpoint,
      List<BindableService> services,
      List<ServerInterceptor> interceptors,
      CallSteps steps) {
    var file = new SocketFile(endpoint.path());
    var health = new HealthStatusManager();
    NettyServerBuilder builder =
        builder(
            SOCKET.call("make room for socket", file::prepare),
            NioServerDomainSocketChannel.class,
            services,
            health,
            steps);
    interceptors.forEach(builder::intercept);
    Server server = start(builder, endpoint);
    SOCKET.run("publish socket", file::publish);
    return new RpcServer(server, health, endpoint.toString(), file);
  }

  /**
   * Serves on TCP, to peers with a client's certificate of the given CA and to nobody else (rule
   * 20).
   */
  public static RpcServer onTcp(
      Endpoint.Tcp endpoint, TlsFiles tls, List<BindableService> services) {
    return onTcp(endpoint, tls, services, new CallSteps());
  }

  /**
   * As above.
   *
   * @param steps observes the steps that the calls make, for the log of the calls
   */
  public static RpcServer onTcp(
      Endpoint.Tcp endpoint, TlsFiles tls, List<BindableService> services, CallSteps steps) {
    var health = new HealthStatusManager();
    Server server =
        start(
            builder(endpoint.socketAddress(), NioServerSocketChannel.class, services, health, steps)
                .sslContext(Tls.server(tls)),
            endpoint);
    return new RpcServer(server, health, endpoint.host() + ":" + server.getPort(), null);
  }

  private static NettyServerBuilder builder(
      SocketAddress address,
      Class<? extends ServerChannel> channel,
      List<BindableService> services,
      HealthStatusManager health,
      CallSteps steps) {
    var builder =
        NettyServerBuilder.forAddress(address)
            .channelType(channel)
            .bossEventLoopGroup(Loops.ALL)
            .workerEventLoopGroup(Loops.ALL)
            .intercept(new CallLog(steps))
            .addService(health.getHealthService())
            // A client pings every few seconds while it waits (HeadConnection): that is no abuse.
            .permitKeepAliveTime(HeadConnection.PING_EVERY.toSeconds() / 2, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true);
    services.forEach(builder::addService);
    return builder;
  }

  private static Server start(NettyServerBuilder builder, Endpoint endpoint) {
    try {
      return builder.build().start();
    } catch (IOException e) {
      throw new KernelRefused("cannot listen on " + endpoint + ": " + e, e);
    }
  }

  /** The TCP port; of interest where any free one was asked for. */
  public int port() {
    return server.getPort();
  }

  /** Returns when the server has ended. */
  public void awaitEnd() throws InterruptedException {
    server.awaitTermination();
  }

  /** Takes no new calls, lets those in flight finish within {@link #GRACE}, then ends. */
  @Override
  public void close() {
    health.enterTerminalState();
    server.shutdown();
    try {
      if (!server.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("calls on {} still run after {} s, cutting them off", where, GRACE.toSeconds());
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    if (file != null) {
      SOCKET.run("remove socket", file::remove);
    }
    log.info("no longer serving on {}", where);
  }
}
