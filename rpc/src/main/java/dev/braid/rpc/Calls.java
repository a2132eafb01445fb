package dev.braid.rpc;

import dev.braid.base.Deadline;
import dev.braid.base.error.BraidException;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a linear handler, which gives its answer or throws, into a gRPC one:
 *
 * <pre>{@code
 * public void createVolume(CreateVolumeRequest request, StreamObserver<CreateVolumeResponse> to) {
 *   Calls.answer(to, deadline -> createVolume.run(request, deadline));
 * }
 * }</pre>
 */
public final class Calls {

  private static final Logger log = LoggerFactory.getLogger(Calls.class);

  /** For a caller that names no deadline. The stock sidecars and kubelet all name one. */
  static final Duration DEFAULT_TIME = Duration.ofSeconds(60);

  /** Kept back from the caller's time, so that an answer that says why still reaches it. */
  private static final Duration FOR_THE_ANSWER = Duration.ofMillis(250);

  private Calls() {}

  /**
   * @param work gets the call's deadline, a little before the caller's own
   */
  public static <T> void answer(StreamObserver<T> to, Function<Deadline, T> work) {
    T answer;
    try {
      answer = work.apply(deadline());
    } catch (BraidException foreseen) {
      log.debug("call failed", foreseen);
      to.onError(StatusMapper.toStatus(foreseen));
      return;
    } catch (StatusRuntimeException ready) {
      to.onError(ready);
      return;
    } catch (RuntimeException | StackOverflowError unforeseen) {
      log.error("unforeseen failure in a call", unforeseen);
      to.onError(StatusMapper.toStatus(unforeseen));
      return;
    }
    to.onNext(answer);
    to.onCompleted();
  }

  private static Deadline deadline() {
    var callers = Context.current().getDeadline();
    if (callers == null) {
      return Deadline.after(DEFAULT_TIME);
    }
    Duration left = Duration.ofNanos(Math.max(0, callers.timeRemaining(TimeUnit.NANOSECONDS)));
    Duration kept = left.dividedBy(10);
    return Deadline.after(left.minus(kept.compareTo(FOR_THE_ANSWER) < 0 ? kept : FOR_THE_ANSWER));
  }
}
