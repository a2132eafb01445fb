package dev.braid.rpc;

import dev.braid.base.LogContext;
import dev.braid.base.step.StepObserver;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Which of its steps took a call its time. A step belongs to the call that its thread's log context
 * names; one that ends after its call is not counted any more.
 */
public final class CallSteps implements StepObserver {

  private static final int NAMED = 3;

  private record Took(String step, long nanos) {
    @Override
    public String toString() {
      return step + " " + nanos / 1_000_000 + " ms";
    }
  }

  private final Map<String, Queue<Took>> calls = new ConcurrentHashMap<>();

  void begin(String call) {
    calls.put(call, new ConcurrentLinkedQueue<>());
  }

  @Override
  public void before(String name) {}

  @Override
  public void after(String name, long nanos, boolean done) {
    Queue<Took> steps = of(MDC.get(LogContext.CALL));
    if (steps != null) {
      steps.add(new Took(name, nanos));
    }
  }

  private @Nullable Queue<Took> of(@Nullable String call) {
    return call == null ? null : calls.get(call);
  }

  /** The longest steps of a call, the longest first: {@code log in 1200 ms, scan path 31 ms}. */
  String end(String call) {
    Queue<Took> steps = calls.remove(call);
    return (steps == null ? List.<Took>of() : List.copyOf(steps))
        .stream()
            .sorted(Comparator.comparingLong(Took::nanos).reversed())
            .limit(NAMED)
            .map(Took::toString)
            .collect(Collectors.joining(", "));
  }
}
