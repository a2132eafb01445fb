package dev.braid.base;

/** A clock that only goes forward, so that a test can hand in its own. */
@FunctionalInterface
public interface Ticker {

  Ticker SYSTEM = System::nanoTime;

  /** Nanoseconds since some fixed moment; only differences mean something. */
  long nanos();
}
