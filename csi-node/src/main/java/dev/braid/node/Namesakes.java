package dev.braid.node;

import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.Ticker;
import dev.braid.san.InitiatorApi;
import dev.braid.san.NodeInitiator;
import java.time.Duration;
import java.util.List;

/**
 * Other nodes with this node's initiator name, as machines have that were cloned. To a head they
 * are one initiator: each would get the other's LUNs, and end the other's sessions. While there is
 * one no volume is attached here.
 *
 * <p>All Initiators are read for it, so it is done now and then, and often only while there is one;
 * the controller looks at each publish. Without Kubernetes nobody knows.
 */
final class Namesakes {

  private static final Duration AGAIN = Duration.ofMinutes(10);

  private static final Duration SOON = Duration.ofSeconds(10);

  private final NodeName node;
  private final Ticker ticker;
  private boolean looked;
  private long lookedAt;
  private volatile List<String> wrong = List.of();

  Namesakes(NodeName node, Ticker ticker) {
    this.node = node;
    this.ticker = ticker;
  }

  /**
   * Looks, if it is time to. One thread at a time.
   *
   * @param iqn this host's initiator name
   */
  void look(InitiatorApi api, Iqn iqn) {
    Duration holds = wrong.isEmpty() ? AGAIN : SOON;
    if (looked && ticker.nanos() - lookedAt < holds.toNanos()) {
      return;
    }
    List<NodeName> others =
        api.list().stream()
            .filter(i -> i.iqn().equals(iqn) && !i.node().equals(node))
            .map(NodeInitiator::node)
            .toList();
    wrong = others.isEmpty() ? List.of() : List.of(said(iqn, others));
    looked = true;
    lookedAt = ticker.nanos();
  }

  private static String said(Iqn iqn, List<NodeName> others) {
    return "this host has the initiator name "
        + iqn
        + ", and so has "
        + others
        + ": to a head they are one. If that is a node that is no more: kubectl delete initiator"
        + " and its name. Otherwise drain one of them, give it its own name (echo"
        + " \"InitiatorName=$(iscsi-iname)\" > /etc/iscsi/initiatorname.iscsi), restart iscsid"
        + " there and delete its Initiator";
  }

  /** For the gate; may be asked by any thread. */
  List<String> wrong() {
    return wrong;
  }
}
