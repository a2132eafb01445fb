package dev.braid.rpc;

import dev.braid.base.Deadline;
import dev.braid.proto.csi.v1.IdentityGrpc;
import dev.braid.proto.csi.v1.ProbeRequest;
import dev.braid.proto.csi.v1.ProbeResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Asks a plugin whether it is there as kubelet and the sidecars would: by its socket file, which
 * somebody may have removed, through its threads, which may all be stuck.
 */
public final class CsiProbe {

  /** Less than the probes of the chart wait, so that the answer says why. */
  public static final Duration PATIENCE = Duration.ofSeconds(4);

  private final Endpoint.Unix endpoint;

  public CsiProbe(Endpoint.Unix endpoint) {
    this.endpoint = endpoint;
  }

  /**
   * A connection of its own each time: one that was kept would still lead to a socket that nobody
   * else can reach any more.
   *
   * @return why not, in words; empty if it answers and is ready
   */
  public List<String> missing(Deadline deadline) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(endpoint.socketAddress())
            .channelType(NioDomainSocketChannel.class)
            .eventLoopGroup(Loops.ALL)
            .overrideAuthority("localhost")
            .usePlaintext()
            .build();
    try {
      ProbeResponse answer =
          IdentityGrpc.newBlockingStub(channel)
              .withDeadlineAfter(deadline.left().toNanos(), TimeUnit.NANOSECONDS)
              .probe(ProbeRequest.getDefaultInstance());
      return answer.hasReady() && !answer.getReady().getValue()
          ? List.of("CSI on " + endpoint + " says that it is not ready")
          : List.of();
    } catch (StatusRuntimeException e) {
      return List.of("CSI on " + endpoint + " does not answer: " + e.getStatus());
    } finally {
      channel.shutdownNow();
    }
  }
}
