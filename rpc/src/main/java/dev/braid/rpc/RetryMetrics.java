package dev.braid.rpc;

import dev.braid.base.LogContext;
import dev.braid.base.metric.Counter;
import dev.braid.base.metric.Metrics;
import dev.braid.base.step.StepObserver;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.MDC;

/**
 * How often a call made a step once more that had failed in the same call: a flush of a map that
 * was busy, say. Steps on other threads of a call are other paths', and no retries of each other.
 */
public final class RetryMetrics implements StepObserver {

  private final Counter count;
  private final ThreadLocal<Failed> failed =
      ThreadLocal.withInitial(() -> new Failed("", new HashSet<>()));

  private record Failed(String call, Set<String> steps) {}

  public RetryMetrics(Metrics metrics) {
    this.count =
        metrics.counter(
            "braid_step_retries_total",
            "Steps made again in a call after they failed in it.",
            "step");
  }

  @Override
  public void before(String name) {
    if (ofThisCall().contains(name)) {
      count.add(1, name);
    }
  }

  @Override
  public void after(String name, long nanos, boolean done) {
    if (done || MDC.get(LogContext.CALL) == null) {
      boolean unused = ofThisCall().remove(name);
    } else {
      boolean unused = ofThisCall().add(name);
    }
  }

  private Set<String> ofThisCall() {
    String call = MDC.get(LogContext.CALL);
    if (!failed.get().call().equals(call == null ? "" : call)) {
      failed.set(new Failed(call == null ? "" : call, new HashSet<>()));
    }
    return failed.get().steps();
  }
}
