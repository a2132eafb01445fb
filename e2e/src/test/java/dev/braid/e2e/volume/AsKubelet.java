package dev.braid.e2e.volume;

import dev.braid.e2e.stack.Wait;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * Makes calls as kubelet and the attacher do: again, until one succeeds. What it may fail with on
 * the way is told; with anything else the test has failed. Safe for many threads.
 */
final class AsKubelet {

  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Set<Status.Code> borne;
  private final Queue<Failure> failures = new ConcurrentLinkedQueue<>();
  private final Queue<Duration> times = new ConcurrentLinkedQueue<>();

  private AsKubelet(Set<Status.Code> borne) {
    this.borne = borne;
  }

  static AsKubelet bearing(Status.Code... codes) {
    return new AsKubelet(Set.of(codes));
  }

  void call(String what, Runnable call) {
    Wait.until(what, PATIENCE, () -> succeeds(call));
  }

  <T> T ask(String what, Supplier<T> call) {
    var answer = new ArrayList<T>();
    call(what, () -> answer.add(call.get()));
    return answer.get(0);
  }

  private boolean succeeds(Runnable call) {
    long start = System.nanoTime();
    try {
      call.run();
      return true;
    } catch (StatusRuntimeException e) {
      Status status = e.getStatus();
      if (!borne.contains(status.getCode())) {
        throw new AssertionError("not to be borne: " + e.getMessage(), e);
      }
      failures.add(
          new Failure(status.getCode(), String.valueOf(status.getDescription()), since(start)));
      throw e; // the last one is what the wait names when it gives up
    } finally {
      times.add(since(start));
    }
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  Collection<Failure> failures() {
    return List.copyOf(failures);
  }

  /** The longest that a call took, whatever came of it. */
  Duration longest() {
    return times.stream().max(Duration::compareTo).orElse(Duration.ZERO);
  }
}
