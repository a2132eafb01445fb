package dev.braid.base.step;

import java.util.List;

/** Runs changes one by one, each under a name, and tells the observers. Safe for many threads. */
public final class Steps {

  /**
   * A change that gives something back.
   *
   * @param <T> what it gives
   * @param <E> what it may throw
   */
  @FunctionalInterface
  public interface Change<T, E extends Exception> {
    T apply(Step step) throws E;
  }

  /**
   * A change that gives nothing back.
   *
   * @param <E> what it may throw
   */
  @FunctionalInterface
  public interface Action<E extends Exception> {
    void apply(Step step) throws E;
  }

  private final List<StepObserver> observers;

  public Steps(List<StepObserver> observers) {
    this.observers = List.copyOf(observers);
  }

  /** Steps that nobody watches. */
  public static Steps unobserved() {
    return new Steps(List.of());
  }

  /**
   * @param name of the step, stable and without values in it: it is a metric's label. "map LUN",
   *     not "map LUN 7"
   */
  public <T, E extends Exception> T call(String name, Change<T, E> change) throws E {
    for (StepObserver observer : observers) {
      observer.before(name);
    }
    long start = System.nanoTime();
    boolean done = false;
    try {
      T result = change.apply(new Step(name));
      done = true;
      return result;
    } finally {
      long nanos = System.nanoTime() - start;
      for (StepObserver observer : observers) {
        observer.after(name, nanos, done);
      }
    }
  }

  /** As {@link #call}, for a change that gives nothing back. */
  public <E extends Exception> void run(String name, Action<E> action) throws E {
    this.<Boolean, E>call(
        name,
        step -> {
          action.apply(step);
          return true;
        });
  }
}
