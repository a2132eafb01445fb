package dev.braid.e2e.kubernetes;

import java.nio.file.Path;

/** An API server for tests of what talks to it and needs no pod to run. */
public interface ApiServer extends AutoCloseable {

  /** The administrator's. */
  Path kubeconfig();

  /** From now on nobody reaches it; what it knows stays. */
  void takeAway();

  /** Returns when it is ready again, at the same address. */
  void putBack();

  @Override
  void close();
}
