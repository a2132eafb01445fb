package dev.braid.rpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each call when it ends: what was asked, what came of it, how long it took. Calls
 * that only ask after a program's health or abilities come every few seconds and are at DEBUG.
 */
final class CallLog implements ServerInterceptor {

  private static final Logger log = LoggerFactory.getLogger("dev.braid.call");

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    var line = new Line(call.getMethodDescriptor().getFullMethodName());
    var watched =
        new SimpleForwardingServerCall<Q, A>(call) {
          @Override
          public void sendMessage(A answer) {
            line.answer = Redaction.text(answer);
            super.sendMessage(answer);
          }

          @Override
          public void close(Status status, Metadata trailers) {
            line.end(status);
            super.close(status, trailers);
          }
        };
    return new SimpleForwardingServerCallListener<>(next.startCall(watched, headers)) {
      @Override
      public void onMessage(Q question) {
        line.question = Redaction.text(question);
        line.begin();
        super.onMessage(question);
      }

      @Override
      public void onCancel() {
        line.cancelled();
        super.onCancel();
      }
    };
  }

  private static final class Line {
    private final String method;
    private final boolean quiet;
    private final long start = System.nanoTime();
    private volatile String question = "{}";
    private volatile @Nullable String answer;

    Line(String fullMethodName) {
      this.method = fullMethodName.substring(fullMethodName.lastIndexOf('/') + 1);
      this.quiet =
          fullMethodName.startsWith("grpc.")
              || method.equals("Probe")
              || method.endsWith("Capabilities") && !method.startsWith("Validate");
    }

    void begin() {
      log.debug("{} {} begins", method, question);
    }

    void end(Status status) {
      if (status.isOk()) {
        log.atLevel(quiet ? org.slf4j.event.Level.DEBUG : org.slf4j.event.Level.INFO)
            .log("{} {} -> {} in {} ms", method, question, answer, millis());
      } else {
        log.info(
            "{} {} -> {}: {} in {} ms",
            method,
            question,
            status.getCode(),
            status.getDescription(),
            millis());
      }
    }

    void cancelled() {
      log.info("{} {}: the caller no longer waits, after {} ms", method, question, millis());
    }

    private long millis() {
      return (System.nanoTime() - start) / 1_000_000;
    }
  }
}
