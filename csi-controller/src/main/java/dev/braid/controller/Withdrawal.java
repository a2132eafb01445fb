package dev.braid.controller;

import dev.braid.base.Deadline;
import dev.braid.base.NodeName;
import dev.braid.base.VolumeId;
import dev.braid.base.step.Steps;
import java.time.Duration;
import java.util.Optional;

/** How a volume is taken from a node: where the node's word comes from. */
@FunctionalInterface
interface Withdrawal {

  /**
   * @param node empty: from every node
   * @return whether the head fenced
   */
  boolean withdraw(VolumeId volume, Optional<NodeName> node, Deadline deadline);

  /** The word comes to the head past the controller; the head waits for it. */
  static Withdrawal headWaits(Heads heads, Steps steps, Duration attestWait) {
    return (volume, node, deadline) ->
        steps.call(
            "head: unpublish",
            step ->
                heads.serving(volume.pool()).unpublish(step, volume, node, attestWait, deadline));
  }
}
