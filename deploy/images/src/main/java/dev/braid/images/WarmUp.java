package dev.braid.images;

import com.google.protobuf.Message;
import dev.braid.proto.csi.v1.ControllerGrpc;
import dev.braid.proto.csi.v1.IdentityGrpc;
import dev.braid.proto.csi.v1.NodeGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.grpc.stub.ClientCalls;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Calls every method of CSI once with an empty request, which each program refuses: what it loads
 * to read, check and answer a call is then in its archive of classes, and nothing has been changed.
 */
public final class WarmUp {

  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          IdentityGrpc.getServiceDescriptor(),
          ControllerGrpc.getServiceDescriptor(),
          NodeGrpc.getServiceDescriptor());

  private static final int CALL_SECONDS = 20;

  private WarmUp() {}

  /** Argument: the program's socket. */
  public static void main(String[] arguments) {
    var threads = new NioEventLoopGroup(1);
    var channel =
        NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(Path.of(arguments[0])))
            .eventLoopGroup(threads)
            .channelType(NioDomainSocketChannel.class)
            .overrideAuthority("localhost")
            .usePlaintext()
            .build();
    SERVICES.stream()
        .flatMap(service -> service.getMethods().stream())
        .filter(method -> method.getType() == MethodDescriptor.MethodType.UNARY)
        .forEach(
            method -> System.out.println(method.getFullMethodName() + " " + call(channel, method)));
    channel.shutdownNow();
    threads.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private static Status.Code call(Channel channel, MethodDescriptor<?, ?> method) {
    try {
      callEmpty(channel, method);
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.UNAVAILABLE) {
        throw e; // Nobody serves there: the archive would be made of a program that did not start.
      }
      return e.getStatus().getCode();
    }
  }

  @SuppressWarnings("unchecked") // Generated methods take what their own marshaller makes.
  private static <Q, A> void callEmpty(Channel channel, MethodDescriptor<Q, A> method) {
    var prototype = (PrototypeMarshaller<Q>) method.getRequestMarshaller();
    Q empty = (Q) ((Message) prototype.getMessagePrototype()).getDefaultInstanceForType();
    ClientCalls.blockingUnaryCall(
        channel,
        method,
        CallOptions.DEFAULT.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS),
        empty);
  }
}
