package dev.braid.node;

import dev.braid.base.BootId;
import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.error.BraidException;
import dev.braid.base.step.Steps;
import dev.braid.san.InitiatorApi;
import dev.braid.san.NodeInitiator;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees to it that the node has its Initiator, and that it says who and in which boot. */
final class Introduction {

  private static final Logger log = LoggerFactory.getLogger(Introduction.class);

  private final NodeName node;
  private final BootId boot;
  private final Supplier<Iqn> hostName;
  private final Namesakes namesakes;
  private final Steps steps;
  private Optional<String> said = Optional.empty();

  /**
   * @param hostName reads the host's initiator name
   */
  Introduction(
      NodeName node, BootId boot, Supplier<Iqn> hostName, Namesakes namesakes, Steps steps) {
    this.node = node;
    this.boot = boot;
    this.hostName = hostName;
    this.namesakes = namesakes;
    this.steps = steps;
  }

  /**
   * May be repeated; makes anew what somebody deleted. One thread at a time.
   *
   * @param missing told when there is none, before one is made: what follows may fail
   * @return whether the Initiator bears this host's initiator name; if not, nothing that this host
   *     knows may be said in it
   */
  boolean introduce(InitiatorApi api, Runnable missing, Deadline deadline) {
    Iqn ours = hostName.get();
    Optional<NodeInitiator> there = api.find(node);
    if (there.isEmpty()) {
      missing.run();
    }
    NodeInitiator initiator =
        there.orElseGet(() -> steps.call("make Initiator", step -> api.make(step, node, ours)));
    boolean same = initiator.iqn().equals(ours);
    sayOnce(
        same
            ? Optional.empty()
            : Optional.of(
                "this host's initiator name is "
                    + ours
                    + ", but Initiator "
                    + node
                    + " says "
                    + initiator.iqn()
                    + ", which cannot be changed: no volume will attach here. Either put that name"
                    + " back into /etc/iscsi/initiatorname.iscsi and restart iscsid, or drain the"
                    + " node and then run: kubectl delete initiator "
                    + node));
    if (same && !boot.text().equals(initiator.status().bootId())) {
      var unused =
          steps.call(
              "say boot", step -> api.change(step, node, now -> now.heardIn(boot), deadline));
    }
    look(api, ours);
    return same;
  }

  /** For the gate alone: where it fails, the node's words go on their way all the same. */
  private void look(InitiatorApi api, Iqn ours) {
    try {
      namesakes.look(api, ours);
    } catch (BraidException e) {
      log.warn("whether another node has this initiator name is not known: {}", e.getMessage());
    }
  }

  private void sayOnce(Optional<String> now) {
    if (!now.equals(said)) {
      now.ifPresentOrElse(log::error, () -> log.info("the initiator's name is as it should be"));
      said = now;
    }
  }
}
