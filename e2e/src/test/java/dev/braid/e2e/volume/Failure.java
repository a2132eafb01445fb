package dev.braid.e2e.volume;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;

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
    long start = System.nanoTime();
    try {
      call.run();
    } catch (StatusRuntimeException e) {
      return new Failure(
          e.getStatus().getCode(),
          String.valueOf(e.getStatus().getDescription()),
          Duration.ofNanos(System.nanoTime() - start));
    }
    throw new AssertionError("the call succeeded");
  }
}
