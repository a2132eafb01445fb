package dev.braid.san;

import dev.braid.base.Iqn;
import dev.braid.base.NodeName;

/** An {@link Initiator} as the API server had it at one moment. */
public record NodeInitiator(NodeName node, Iqn iqn, InitiatorStatus status) {}
