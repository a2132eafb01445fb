package dev.braid.controller;

import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.error.NotFound;
import dev.braid.base.error.Refused;
import dev.braid.san.InitiatorApi;
import dev.braid.san.NodeInitiator;
import java.util.List;

/**
 * Names from the nodes' Initiators. They are read from the API server for each publish and not from
 * what a watch has told: of two nodes that were cloned with one name, none may get a volume because
 * news of the other is late.
 */
final class ApiInitiatorNames implements InitiatorNames {

  private final InitiatorApi api;

  ApiInitiatorNames(InitiatorApi api) {
    this.api = api;
  }

  @Override
  public Iqn of(NodeName node) {
    List<NodeInitiator> all = api.list();
    Iqn iqn =
        all.stream()
            .filter(i -> i.node().equals(node))
            .map(NodeInitiator::iqn)
            .findFirst()
            .orElseThrow(() -> unknown(node.name()));
    List<NodeName> claimants =
        all.stream().filter(i -> i.iqn().equals(iqn)).map(NodeInitiator::node).toList();
    if (claimants.size() > 1) {
      throw new Refused(
          "nodes "
              + claimants
              + " have the same initiator name "
              + iqn
              + ". If one of them is a node that is no more: kubectl delete initiator and its name."
              + " If all of them live: drain all but one, give each of those its own name"
              + " (echo \"InitiatorName=$(iscsi-iname)\" > /etc/iscsi/initiatorname.iscsi), restart iscsid there and delete"
              + " their Initiators");
    }
    return iqn;
  }

  @Override
  public NotFound unknown(String nodeId) {
    return new NotFound(
        "there is no Initiator "
            + nodeId
            + ": does the node plugin run on that node? It makes the Initiator when it starts");
  }
}
