package dev.braid.e2e.stack;

import dev.braid.proto.csi.v1.ControllerGrpc;
import dev.braid.proto.csi.v1.IdentityGrpc;
import dev.braid.proto.csi.v1.NodeGrpc;
import dev.braid.proto.csi.v1.ProbeRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Speaks CSI with one program through its unix socket, as kubelet and the sidecars do. */
public final class CsiClient implements AutoCloseable {

  /** What the sidecars are told to give a call (design: sidecar time-outs of 60 s). */
  private static final Duration CALL = Duration.ofSeconds(60);

  /** A JVM in an emulated machine, started beside two others. */
  private static final Duration START = Duration.ofSeconds(240);

  private static final Duration PAUSE = Duration.ofMillis(300);

  private final NioEventLoopGroup threads = new NioEventLoopGroup(1);
  private final ManagedChannel connection;
  private final Channel channel;
  private final Set<String> succeeded = ConcurrentHashMap.newKeySet();

  public CsiClient(Path socket) {
    connection =
        NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
            .eventLoopGroup(threads)
            .channelType(NioDomainSocketChannel.class)
            .overrideAuthority("localhost")
            .usePlaintext()
            .build();
    channel = ClientInterceptors.intercept(connection, new Recorder());
  }

  public Channel channel() {
    return channel;
  }

  /** The full names of the methods that have answered OK so far. */
  public Set<String> succeeded() {
    return new TreeSet<>(succeeded);
  }

  public IdentityGrpc.IdentityBlockingStub identity() {
    return IdentityGrpc.newBlockingStub(channel).withDeadlineAfter(CALL);
  }

  public ControllerGrpc.ControllerBlockingStub controller() {
    return ControllerGrpc.newBlockingStub(channel).withDeadlineAfter(CALL);
  }

  public NodeGrpc.NodeBlockingStub node() {
    return NodeGrpc.newBlockingStub(channel).withDeadlineAfter(CALL);
  }

  /**
   * Waits until the program answers that it is ready. Through a forwarded socket a program that is
   * not up yet looks like a connection that ends at once, so this asks again; it is a wait, no
   * retry of a call that does something.
   */
  public void awaitReady() {
    long end = System.nanoTime() + START.toNanos();
    while (true) {
      connection.resetConnectBackoff();
      try {
        IdentityGrpc.newBlockingStub(channel)
            .withDeadlineAfter(CALL)
            .probe(ProbeRequest.getDefaultInstance());
        return;
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.UNAVAILABLE || System.nanoTime() > end) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  @Override
  public void close() {
    connection.shutdownNow();
    threads.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private final class Recorder implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<A> listener, Metadata headers) {
          super.start(
              new SimpleForwardingClientCallListener<>(listener) {
                @Override
                public void onClose(Status status, Metadata trailers) {
                  if (status.isOk()) {
                    succeeded.add(method.getFullMethodName());
                  }
                  super.onClose(status, trailers);
                }
              },
              headers);
        }
      };
    }
  }
}
