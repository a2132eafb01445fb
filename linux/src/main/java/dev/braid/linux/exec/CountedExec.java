package dev.braid.linux.exec;

import dev.braid.base.Deadline;
import dev.braid.base.metric.Counter;
import dev.braid.base.metric.Metrics;
import java.util.List;

/** Counts what is run: how often each program, and how it ended. */
public final class CountedExec implements Exec {

  private final Exec exec;
  private final Counter count;

  /**
   * @param count of {@link #counter}; several may share it
   */
  public CountedExec(Exec exec, Counter count) {
    this.exec = exec;
    this.count = count;
  }

  public static Counter counter(Metrics metrics) {
    return metrics.counter("braid_processes_total", "Programs run.", "program", "outcome");
  }

  @Override
  public Result run(List<String> argv, Deadline deadline) {
    String outcome = "not done";
    try {
      Result result = exec.run(argv, deadline);
      outcome = result.ok() ? "done" : "failed";
      return result;
    } finally {
      count.add(1, argv.get(0), outcome);
    }
  }
}
