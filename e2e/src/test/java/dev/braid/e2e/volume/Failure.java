package dev.braid.e2e.volume;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;

/**
 * How a call failed, as its caller sees it.
 *
 * @param message what a person would read in an Event
 */
record Failure(Status.Code status, String message, Duration took) {

  /**
   * @throws AssertionError if the call succeeded
   */
  static Failure of(Runnable call) {
    return ifAny(call).orElseThrow(() -> new AssertionError("the call succeeded"));
  }

  /** Empty if it succeeded. */
  static Optional<Failure> ifAny(Runnable call) {
    long start = System.nanoTime();
    try {
      call.run();
      return Optional.empty();
    } catch (StatusRuntimeException e) {
      return Optional.of(
          new Failure(
              e.getStatus().getCode(),
              String.valueOf(e.getStatus().getDescription()),
              Duration.ofNanos(System.nanoTime() - start)));
    }
  }
}
