package dev.braid.agent.book;

import dev.braid.base.Generation;
import dev.braid.base.Iqn;
import dev.braid.base.LunNumber;
import dev.braid.base.NodeName;
import dev.braid.base.Serial;
import java.time.Instant;

/**
 * A publication that was withdrawn without the node's word (rule 8): its kernel may still have a
 * device of that LUN number, so the number is not given to another volume.
 */
public record Debt(
    Serial serial,
    NodeName node,
    Iqn initiator,
    LunNumber lun,
    Generation generation,
    Instant since) {}
