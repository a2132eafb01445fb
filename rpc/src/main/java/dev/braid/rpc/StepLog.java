package dev.braid.rpc;

import dev.braid.base.step.StepObserver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each step, at DEBUG, when it ends; which call and which volume it was made for
 * stands in the line's context.
 */
public final class StepLog implements StepObserver {

  private static final Logger log = LoggerFactory.getLogger("dev.braid.step");

  @Override
  public void before(String name) {}

  @Override
  public void after(String name, long nanos, boolean done) {
    log.atDebug()
        .addKeyValue("outcome", done ? "done" : "failed")
        .addKeyValue("ms", nanos / 1_000_000)
        .log(name);
  }
}
