package dev.braid.e2e.volume;

/** Takes back what a test did to a machine. */
@FunctionalInterface
interface Undo extends AutoCloseable {

  @Override
  void close();
}
