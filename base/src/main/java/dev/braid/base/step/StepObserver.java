package dev.braid.base.step;

/** Told of every step, on the thread that makes it. Must be quick and must not throw. */
public interface StepObserver {

  void before(String name);

  /**
   * @param done false if the step ended with an exception
   */
  void after(String name, long nanos, boolean done);
}
