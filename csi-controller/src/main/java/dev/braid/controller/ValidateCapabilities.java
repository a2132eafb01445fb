package dev.braid.controller;

import dev.braid.base.Deadline;
import dev.braid.base.VolumeId;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.NotFound;
import dev.braid.proto.csi.v1.ValidateVolumeCapabilitiesRequest;
import dev.braid.proto.csi.v1.ValidateVolumeCapabilitiesResponse;
import dev.braid.proto.csi.v1.ValidateVolumeCapabilitiesResponse.Confirmed;
import java.util.Optional;

/** Says whether a volume can be used in the ways asked for. */
final class ValidateCapabilities {

  private final Topology topology;
  private final Heads heads;

  ValidateCapabilities(Topology topology, Heads heads) {
    this.topology = topology;
    this.heads = heads;
  }

  ValidateVolumeCapabilitiesResponse validate(
      ValidateVolumeCapabilitiesRequest request, Deadline deadline) {
    var id = Requests.volumeId(request.getVolumeId());
    Capabilities.given(request.getVolumeCapabilitiesList());
    VolumeId volume =
        id.filter(v -> topology.headOf(v.pool()).isPresent())
            .orElseThrow(() -> new NotFound("there is no volume " + request.getVolumeId()));
    heads.serving(volume.pool()).getVolume(volume, deadline);

    Optional<String> why =
        Capabilities.firstUnsupported(request.getVolumeCapabilitiesList())
            .or(() -> contradiction(request, volume));
    var response = ValidateVolumeCapabilitiesResponse.newBuilder();
    if (why.isPresent()) {
      return response.setMessage(why.get()).build();
    }
    return response
        .setConfirmed(
            Confirmed.newBuilder()
                .putAllVolumeContext(request.getVolumeContextMap())
                .addAllVolumeCapabilities(request.getVolumeCapabilitiesList())
                .putAllParameters(request.getParametersMap()))
        .build();
  }

  /** What of the rest does not fit this volume. Parameters may be left out here. */
  private static Optional<String> contradiction(
      ValidateVolumeCapabilitiesRequest request, VolumeId volume) {
    if (request.getChangeableParametersCount() > 0) {
      return Optional.of("mutable_parameters are not supported");
    }
    if (request.getParametersCount() == 0) {
      return Optional.empty();
    }
    try {
      Parameters.known(request.getParametersMap());
    } catch (InvalidInput e) {
      return Optional.of(e.getMessage());
    }
    String pool = request.getParametersOrDefault("pool", volume.pool().name());
    return pool.equals(volume.pool().name())
        ? Optional.empty()
        : Optional.of("the volume is in pool " + volume.pool() + ", not in " + pool);
  }
}
