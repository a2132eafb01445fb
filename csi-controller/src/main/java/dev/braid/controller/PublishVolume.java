package dev.braid.controller;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.PublishContext;
import dev.braid.base.VolumeId;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.NotFound;
import dev.braid.base.error.Unsupported;
import dev.braid.base.step.Steps;
import dev.braid.proto.csi.v1.ControllerPublishVolumeRequest;
import dev.braid.proto.csi.v1.ControllerPublishVolumeResponse;
import java.util.List;

/** Makes a volume reachable for one node. */
final class PublishVolume {

  private final Topology topology;
  private final InitiatorNames initiators;
  private final Heads heads;
  private final Steps steps;

  PublishVolume(Topology topology, InitiatorNames initiators, Heads heads, Steps steps) {
    this.topology = topology;
    this.initiators = initiators;
    this.heads = heads;
    this.steps = steps;
  }

  ControllerPublishVolumeResponse publish(
      ControllerPublishVolumeRequest request, Deadline deadline) {
    var id = Requests.volumeId(request.getVolumeId());
    var nodeId = Requests.nodeId(request.getNodeId());
    if (!request.hasVolumeCapability()) {
      throw new InvalidInput("volume_capability is missing");
    }
    Capabilities.require(List.of(request.getVolumeCapability()));
    if (request.getReadonly()) {
      throw new Unsupported("readonly: the controller does not publish read-only; the node does");
    }
    VolumeId volume =
        id.orElseThrow(() -> new NotFound("there is no volume " + request.getVolumeId()));
    NodeName node = nodeId.orElseThrow(() -> initiators.unknown(request.getNodeId()));
    Iqn initiator = initiators.of(node);
    if (topology.headOf(volume.pool()).isEmpty()) {
      throw new NotFound(
          "there is no volume "
              + volume
              + ": its pool is not in "
              + topology.source()
              + ", which knows "
              + topology.pools());
    }

    PublishContext context =
        steps.call(
            "head: publish",
            step ->
                heads
                    .serving(volume.pool())
                    .publish(step, volume, node, initiator, false, deadline));
    return ControllerPublishVolumeResponse.newBuilder()
        .putAllPublishContext(context.toMap())
        .build();
  }
}
