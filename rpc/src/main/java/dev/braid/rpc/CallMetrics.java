package dev.braid.rpc;

import dev.braid.base.metric.Counter;
import dev.braid.base.metric.Metrics;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/** Counts calls by method and outcome, and the time they took. */
public final class CallMetrics implements ServerInterceptor {

  private final Counter count;
  private final Counter seconds;

  public CallMetrics(Metrics metrics) {
    this.count = metrics.counter("braid_calls_total", "Calls answered.", "method", "code");
    this.seconds = metrics.counter("braid_call_seconds_total", "Time they took.", "method");
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String full = call.getMethodDescriptor().getFullMethodName();
    String method = full.substring(full.lastIndexOf('/') + 1);
    long start = System.nanoTime();
    return next.startCall(
        new SimpleForwardingServerCall<Q, A>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            count.add(1, method, status.getCode().name());
            seconds.add((System.nanoTime() - start) / 1e9, method);
            super.close(status, trailers);
          }
        },
        headers);
  }
}
