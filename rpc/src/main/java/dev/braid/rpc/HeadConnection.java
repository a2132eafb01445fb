package dev.braid.rpc;

import dev.braid.base.Deadline;
import dev.braid.base.error.HeadUnreachable;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connection to a head, made when it is first needed and kept.
 *
 * <p>A call may take a minute, but whether the head is there at all must be known within five
 * seconds (F3). gRPC has one deadline for both, and after a failure it waits ever longer before it
 * tries again. So the connection is awaited first, for a short time, and one that failed is thrown
 * away: each call makes one honest attempt, now.
 */
final class HeadConnection implements AutoCloseable {

  static final Duration PING_EVERY = Duration.ofSeconds(10);

  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(4);
  private static final Duration PONG_WITHIN = Duration.ofSeconds(5);

  private final HeadAddress head;
  private final SslContext tls;
  private @Nullable ManagedChannel kept;

  HeadConnection(HeadAddress head, TlsFiles files) {
    this.head = head;
    this.tls = Tls.client(files);
  }

  /**
   * A channel that is connected, or that has just failed to and answers a call at once with the
   * reason.
   *
   * @throws HeadUnreachable if neither is known in time
   */
  ManagedChannel get(Deadline deadline) {
    ManagedChannel channel = current();
    Deadline soon = deadline.atMost(CONNECT_WITHIN);
    ConnectivityState state = channel.getState(true);
    while (state != ConnectivityState.READY && state != ConnectivityState.TRANSIENT_FAILURE) {
      if (soon.passed()) {
        drop(channel);
        throw new HeadUnreachable(
            "head "
                + head.name()
                + " at "
                + head.endpoint()
                + " did not answer in time: is it up, and its agent running?");
      }
      awaitChange(channel, state, soon);
      state = channel.getState(true);
    }
    return channel;
  }

  private synchronized ManagedChannel current() {
    if (kept != null && kept.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
      kept.shutdown();
      kept = null;
    }
    if (kept == null) {
      kept = open();
    }
    return kept;
  }

  private synchronized void drop(ManagedChannel channel) {
    channel.shutdown();
    if (kept == channel) {
      kept = null;
    }
  }

  private ManagedChannel open() {
    Class<? extends Channel> type =
        head.endpoint() instanceof Endpoint.Unix
            ? NioDomainSocketChannel.class
            : NioSocketChannel.class;
    return builder()
        .channelType(type)
        .eventLoopGroup(Loops.ALL)
        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT_WITHIN.toMillis())
        .overrideAuthority(head.authority())
        .sslContext(tls)
        // A head that lost its power says nothing: without pings a call would wait for its
        // deadline.
        .keepAliveTime(PING_EVERY.toSeconds(), TimeUnit.SECONDS)
        .keepAliveTimeout(PONG_WITHIN.toSeconds(), TimeUnit.SECONDS)
        // A change must not be sent twice behind the caller's back: who repeats it is the caller.
        .disableRetry()
        .build();
  }

  private NettyChannelBuilder builder() {
    // The host's name is looked up anew for each connection, by gRPC's own resolver.
    return head.endpoint() instanceof Endpoint.Tcp tcp
        ? NettyChannelBuilder.forAddress(tcp.host(), tcp.port())
        : NettyChannelBuilder.forAddress(head.endpoint().socketAddress());
  }

  private static void awaitChange(
      ManagedChannel channel, ConnectivityState from, Deadline deadline) {
    var changed = new CountDownLatch(1);
    channel.notifyWhenStateChanged(from, changed::countDown);
    try {
      boolean unused = changed.await(deadline.leftMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HeadUnreachable("interrupted while connecting to a head", e);
    }
  }

  @Override
  public synchronized void close() {
    if (kept != null) {
      kept.shutdownNow();
      kept = null;
    }
  }
}
