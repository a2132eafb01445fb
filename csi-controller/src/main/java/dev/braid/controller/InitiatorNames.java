package dev.braid.controller;

import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.error.NotFound;

/** Which initiator name a node has. From a file, or from the nodes' own Initiators. */
interface InitiatorNames {

  /**
   * @throws NotFound if no such node is known, saying what a person would have to do
   * @throws dev.braid.base.error.Refused if another node claims the same name: a head could not
   *     tell whom it gives a volume to, or whom it fences
   */
  Iqn of(NodeName node);

  /** Of a node that is not known, for one whose id cannot even be a node's name. */
  NotFound unknown(String nodeId);
}
