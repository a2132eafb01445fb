package dev.braid.controller;

import dev.braid.base.Deadline;
import dev.braid.base.NodeName;
import dev.braid.base.PoolName;
import dev.braid.base.Repeater;
import dev.braid.base.error.BraidException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mirrors debts for each node that changed, on one thread, and again where it failed. It keeps
 * nothing that it could not find out again: at its start every Initiator is told anew.
 */
final class InitiatorReconciler implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(InitiatorReconciler.class);

  private static final Duration EACH = Duration.ofSeconds(60);

  private final DebtMirror mirror;
  private final Set<NodeName> dirty = ConcurrentHashMap.newKeySet();
  private final Repeater worker;

  InitiatorReconciler(DebtMirror mirror) {
    this.mirror = mirror;
    this.worker = Repeater.of("Initiators", this::run);
  }

  /** Returns at once. */
  void soon(NodeName node) {
    dirty.add(node);
    worker.wake();
  }

  private void run() {
    // A head that is down costs seconds to ask; once for all nodes is enough.
    Set<PoolName> silent = new HashSet<>();
    @Nullable BraidException failure = null;
    for (NodeName node : List.copyOf(dirty)) {
      dirty.remove(node);
      boolean done = false;
      try {
        mirror.mirror(node, silent, Deadline.after(EACH));
        done = silent.isEmpty();
      } catch (BraidException e) {
        log.warn("Initiator {}: {}", node, e.messageAndCause());
        failure = Objects.requireNonNullElse(failure, e);
      } finally {
        if (!done) {
          dirty.add(node);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public void close() {
    worker.close();
  }
}
