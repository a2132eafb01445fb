package dev.braid.rpc;

import dev.braid.base.Generation;
import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.VolumeId;
import java.time.Instant;

/** A publication that a head withdrew without the node's word, and has not had it since. */
public record HeadDebt(
    VolumeId volume, NodeName node, Iqn initiator, Generation generation, Instant since) {}
