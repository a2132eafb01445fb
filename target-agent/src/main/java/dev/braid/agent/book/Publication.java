package dev.braid.agent.book;

import dev.braid.base.Generation;
import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.Serial;

/**
 * A volume given to a node.
 *
 * @param attested whether the node said that the device of this generation is gone from its kernel
 * @param withdrawing whether an unpublish has begun; it can only be finished
 */
public record Publication(
    Serial serial,
    NodeName node,
    Iqn initiator,
    Generation generation,
    boolean attested,
    boolean readOnly,
    boolean withdrawing) {}
