package dev.braid.san;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.step.Step;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The Initiators in the API server. What is read is of now, never from a cache, except through
 * {@link #watch}.
 *
 * <p>Every call may throw {@link dev.braid.base.error.ApiUnreachable}, within 20 seconds or so, and
 * {@link dev.braid.base.error.Refused} where the API server would not have it. After a failure a
 * write may still come to pass, but never over what was written since. Safe for many threads.
 */
public interface InitiatorApi extends AutoCloseable {

  List<NodeInitiator> list();

  Optional<NodeInitiator> find(NodeName node);

  /** Makes a node's Initiator; where there is one, answers with that. */
  NodeInitiator make(Step step, NodeName node, Iqn iqn);

  /**
   * Reads the status, changes it, writes it if it became another; again, where somebody else wrote
   * in between.
   *
   * @param change a pure function; it may be asked more than once
   * @return the status now; empty where there is no such Initiator
   */
  Optional<InitiatorStatus> change(
      Step step, NodeName node, UnaryOperator<InitiatorStatus> change, Deadline deadline);

  /** Told of what is there and of what changes, on a thread that must not be kept. */
  interface Watcher {

    void now(NodeInitiator initiator);

    void gone(NodeName node);
  }

  /**
   * Tells of one node's Initiator, or of all. It begins by itself when the API server can be
   * reached, and again after each loss; now and then everything is told once more.
   *
   * @param node empty: of all
   * @return ends it
   */
  Watch watch(Optional<NodeName> node, Watcher watcher);

  /** A watch that goes on until it is closed. */
  interface Watch extends AutoCloseable {
    @Override
    void close();
  }

  @Override
  void close();
}
