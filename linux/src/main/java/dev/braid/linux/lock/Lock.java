package dev.braid.linux.lock;

/** A lock that is held until it is closed. It may be closed by another thread than took it. */
public interface Lock extends AutoCloseable {

  /**
   * From alone to together with others, without a moment in which it is not held. A lock that is
   * shared already stays so.
   */
  void share();

  /** Lets go. A second time does nothing. */
  @Override
  void close();
}
