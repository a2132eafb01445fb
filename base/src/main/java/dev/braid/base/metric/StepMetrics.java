package dev.braid.base.metric;

import dev.braid.base.step.StepObserver;

/** How often each step was made, with what outcome, and what time it took. */
public final class StepMetrics implements StepObserver {

  private final Counter count;
  private final Counter seconds;

  public StepMetrics(Metrics metrics) {
    this.count = metrics.counter("braid_steps_total", "Changes made.", "step", "outcome");
    this.seconds = metrics.counter("braid_step_seconds_total", "Time they took.", "step");
  }

  @Override
  public void before(String name) {}

  @Override
  public void after(String name, long nanos, boolean done) {
    count.add(1, name, done ? "done" : "failed");
    seconds.add(nanos / 1e9, name);
  }
}
