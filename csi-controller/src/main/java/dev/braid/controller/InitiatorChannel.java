package dev.braid.controller;

import dev.braid.base.step.Steps;
import dev.braid.san.InitiatorApi;
import dev.braid.san.InitiatorApi.Watch;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The controller's end of the channel through Initiators, wired. */
final class InitiatorChannel implements AutoCloseable {

  private final InitiatorApi api;
  private final Heads heads;
  private final Steps steps;
  private final InitiatorReconciler reconciler;
  private final NodeWords words;
  private @Nullable Watch watch;

  /** Asks nothing yet. Closes the client that it is given. */
  InitiatorChannel(InitiatorApi api, Topology topology, Heads heads, Steps steps) {
    this.api = api;
    this.heads = heads;
    this.steps = steps;
    this.reconciler = new InitiatorReconciler(new DebtMirror(api, topology, heads, steps));
    this.words = new NodeWords(api, reconciler::soon);
  }

  /** Begins to listen, and returns at once. */
  synchronized void start() {
    watch = api.watch(Optional.empty(), words);
  }

  InitiatorNames names() {
    return new ApiInitiatorNames(api);
  }

  Withdrawal withdrawal(Duration attestWait) {
    return new WordFirst(heads, words, steps, attestWait);
  }

  @Override
  public synchronized void close() {
    if (watch != null) {
      watch.close();
    }
    reconciler.close();
    api.close();
  }
}
