package dev.braid.controller;

import dev.braid.base.Deadline;
import dev.braid.base.PoolName;
import dev.braid.base.error.Unsupported;
import dev.braid.base.step.Steps;
import dev.braid.proto.csi.v1.CreateVolumeRequest;
import dev.braid.proto.csi.v1.CreateVolumeResponse;
import dev.braid.proto.csi.v1.Volume;
import dev.braid.rpc.HeadVolume;

/** Makes a volume, or finds the one that the name already means. */
final class CreateVolume {

  private final Topology topology;
  private final Heads heads;
  private final Steps steps;

  CreateVolume(Topology topology, Heads heads, Steps steps) {
    this.topology = topology;
    this.heads = heads;
    this.steps = steps;
  }

  CreateVolumeResponse create(CreateVolumeRequest request, Deadline deadline) {
    String name = Requests.name(request.getName());
    Capabilities.require(request.getVolumeCapabilitiesList());
    refuseWhatIsNotOffered(request);
    Size size = Size.of(request);
    PoolName pool = Parameters.parse(request.getParametersMap(), topology).pool();

    // "The Plugin MUST reply 0 OK" to a name that it has with the same properties: the head's book
    // knows names and sizes, so the head decides that.
    HeadVolume volume =
        steps.call(
            "head: create volume",
            step ->
                heads
                    .serving(pool)
                    .createVolume(step, pool, name, size.required(), size.limit(), deadline));
    return CreateVolumeResponse.newBuilder()
        .setVolume(
            Volume.newBuilder()
                .setVolumeId(volume.id().toString())
                .setCapacityBytes(volume.sizeBytes()))
        .build();
  }

  private static void refuseWhatIsNotOffered(CreateVolumeRequest request) {
    if (request.hasVolumeContentSource()) {
      throw new Unsupported(
          "volume_content_source: a volume cannot be made from a snapshot or from another volume");
    }
    if (request.hasAccessibilityRequirements()) {
      throw new Unsupported(
          "accessibility_requirements: every node reaches every volume; set no topology");
    }
    if (request.getChangeableParametersCount() > 0) {
      throw new Unsupported(
          "mutable_parameters: a volume cannot be modified; use no VolumeAttributesClass");
    }
  }
}
