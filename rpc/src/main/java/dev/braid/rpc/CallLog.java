package dev.braid.rpc;

import dev.braid.base.LogContext;
import dev.braid.base.VolumeId;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One line for each call when it ends: for which volume, what came of it, how long it took, and
 * which of its steps took longest. Calls that only ask after a program's health or abilities come
 * every few seconds and are at DEBUG; so is what was asked and answered, without its secrets.
 *
 * <p>Every line that is written meanwhile names the call and its volume ({@link LogContext}).
 */
final class CallLog implements ServerInterceptor {

  private static final Logger log = LoggerFactory.getLogger("dev.braid.call");

  private final CallSteps steps;
  private final AtomicLong count = new AtomicLong();

  /**
   * @param steps observes the steps that the calls make
   */
  CallLog(CallSteps steps) {
    this.steps = steps;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    var line = new Line(call.getMethodDescriptor().getFullMethodName(), call::isCancelled);
    var watched =
        new SimpleForwardingServerCall<Q, A>(call) {
          @Override
          public void sendMessage(A answer) {
            line.answered(answer);
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
        line.asked(question);
        super.onMessage(question);
      }

      /** Here the handler runs. */
      @Override
      public void onHalfClose() {
        try (var context = line.context()) {
          super.onHalfClose();
        }
      }

      @Override
      public void onCancel() {
        try (var context = line.context()) {
          line.end(Status.CANCELLED);
        }
        super.onCancel();
      }
    };
  }

  /** Of one call. gRPC tells of a call's events one after the other. */
  private final class Line {
    private final String method;
    private final String call;
    private final boolean quiet;
    private final Supplier<Boolean> cancelled;
    private final long start = System.nanoTime();
    private final Map<String, String> context = new HashMap<>();
    private volatile boolean ended;

    Line(String fullMethodName, Supplier<Boolean> cancelled) {
      this.method = fullMethodName.substring(fullMethodName.lastIndexOf('/') + 1);
      this.call = method + "-" + count.incrementAndGet();
      this.quiet =
          fullMethodName.startsWith("grpc.")
              || method.equals("Probe")
              || method.endsWith("Capabilities") && !method.startsWith("Validate");
      this.cancelled = cancelled;
      context.put(LogContext.CALL, call);
      steps.begin(call);
    }

    LogContext context() {
      return LogContext.with(context);
    }

    void asked(Object question) {
      CallSubject.volume(question).ifPresent(this::about);
      try (var lines = context()) {
        log.atDebug().log(() -> method + " asks " + Redaction.text(question));
      }
    }

    void answered(Object answer) {
      log.atDebug().log(() -> method + " answers " + Redaction.text(answer));
      CallSubject.volume(answer).ifPresent(this::about);
    }

    private void about(VolumeId volume) {
      context.put(LogContext.VOLUME, volume.toString());
      context.put(LogContext.WWID, volume.wwid().text());
    }

    /** The first word counts: of a call that was given up there comes another, later. */
    void end(Status status) {
      if (ended) {
        return;
      }
      ended = true;
      var line =
          log.atLevel(quiet && status.isOk() ? Level.DEBUG : Level.INFO)
              .addKeyValue("code", status.getCode())
              .addKeyValue("ms", (System.nanoTime() - start) / 1_000_000);
      String longest = steps.end(call);
      if (!longest.isEmpty()) {
        line = line.addKeyValue("longest", longest);
      }
      if (!status.isOk() && status.getDescription() != null) {
        line = line.addKeyValue("why", status.getDescription());
      }
      if (cancelled.get()) {
        line = line.addKeyValue("caller", "no longer waits");
      }
      try (var lines = context()) {
        line.log(method);
      }
    }
  }
}
