package dev.braid.controller;

import dev.braid.base.Deadline;
import dev.braid.base.VolumeId;
import dev.braid.base.step.Steps;
import dev.braid.proto.csi.v1.DeleteVolumeRequest;
import dev.braid.proto.csi.v1.DeleteVolumeResponse;
import java.util.Optional;

/** Removes a volume and its data. */
final class DeleteVolume {

  private final Heads heads;
  private final Steps steps;

  DeleteVolume(Heads heads, Steps steps) {
    this.heads = heads;
    this.steps = steps;
  }

  DeleteVolumeResponse delete(DeleteVolumeRequest request, Deadline deadline) {
    Optional<VolumeId> id = Requests.volumeId(request.getVolumeId());
    // "If a volume corresponding to the specified volume_id does not exist [...] MUST reply 0 OK":
    // an id that cannot be one of ours has none.
    id.ifPresent(
        volume ->
            steps.run(
                "head: delete volume",
                step -> heads.serving(volume.pool()).deleteVolume(step, volume, deadline)));
    return DeleteVolumeResponse.getDefaultInstance();
  }
}
