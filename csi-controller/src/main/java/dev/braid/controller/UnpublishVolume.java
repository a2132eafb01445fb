package dev.braid.controller;

import dev.braid.base.Deadline;
import dev.braid.base.NodeName;
import dev.braid.base.VolumeId;
import dev.braid.proto.csi.v1.ControllerUnpublishVolumeRequest;
import dev.braid.proto.csi.v1.ControllerUnpublishVolumeResponse;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a volume back from a node (rule 7). CSI does not say whether the node is alive, and the
 * controller does not guess: the node's word is waited for, and the head fences without it. A
 * success is the head's proof that the node can write no more.
 */
final class UnpublishVolume {

  private static final Logger log = LoggerFactory.getLogger(UnpublishVolume.class);

  private final Withdrawal withdrawal;

  UnpublishVolume(Withdrawal withdrawal) {
    this.withdrawal = withdrawal;
  }

  ControllerUnpublishVolumeResponse unpublish(
      ControllerUnpublishVolumeRequest request, Deadline deadline) {
    Optional<VolumeId> id = Requests.volumeId(request.getVolumeId());
    boolean everywhere = request.getNodeId().isEmpty();
    Optional<NodeName> node = everywhere ? Optional.empty() : Requests.nodeId(request.getNodeId());
    // An id that cannot be one of ours was never published: "the Plugin SHOULD return 0 OK". The
    // node is not looked up: its name may have left the topology long before its volumes come back.
    if (id.isPresent() && (everywhere || node.isPresent())) {
      VolumeId volume = id.get();
      boolean fenced = withdrawal.withdraw(volume, node, deadline);
      if (fenced) {
        log.warn(
            "volume {} was fenced from {}, which had not said that its device is gone",
            volume,
            node.map(n -> "node " + n).orElse("every node"));
      }
    }
    return ControllerUnpublishVolumeResponse.getDefaultInstance();
  }
}
