package dev.braid.controller;

import dev.braid.base.step.Steps;
import dev.braid.proto.csi.v1.ControllerGetCapabilitiesRequest;
import dev.braid.proto.csi.v1.ControllerGetCapabilitiesResponse;
import dev.braid.proto.csi.v1.ControllerGrpc;
import dev.braid.proto.csi.v1.ControllerPublishVolumeRequest;
import dev.braid.proto.csi.v1.ControllerPublishVolumeResponse;
import dev.braid.proto.csi.v1.ControllerServiceCapability;
import dev.braid.proto.csi.v1.ControllerServiceCapability.RPC;
import dev.braid.proto.csi.v1.ControllerUnpublishVolumeRequest;
import dev.braid.proto.csi.v1.ControllerUnpublishVolumeResponse;
import dev.braid.proto.csi.v1.CreateVolumeRequest;
import dev.braid.proto.csi.v1.CreateVolumeResponse;
import dev.braid.proto.csi.v1.DeleteVolumeRequest;
import dev.braid.proto.csi.v1.DeleteVolumeResponse;
import dev.braid.proto.csi.v1.ValidateVolumeCapabilitiesRequest;
import dev.braid.proto.csi.v1.ValidateVolumeCapabilitiesResponse;
import dev.braid.rpc.Calls;
import io.grpc.stub.StreamObserver;
import java.util.List;

/** CSI's Controller service: each call is one verb. What is not here answers UNIMPLEMENTED. */
final class ControllerService extends ControllerGrpc.ControllerImplBase {

  private static final List<RPC.Type> CAPABILITIES =
      List.of(RPC.Type.CREATE_DELETE_VOLUME, RPC.Type.PUBLISH_UNPUBLISH_VOLUME);

  private final CreateVolume createVolume;
  private final DeleteVolume deleteVolume;
  private final PublishVolume publishVolume;
  private final UnpublishVolume unpublishVolume;
  private final ValidateCapabilities validateCapabilities;

  ControllerService(
      Topology topology,
      InitiatorNames initiators,
      Heads heads,
      Withdrawal withdrawal,
      Steps steps) {
    this.createVolume = new CreateVolume(topology, heads, steps);
    this.deleteVolume = new DeleteVolume(heads, steps);
    this.publishVolume = new PublishVolume(topology, initiators, heads, steps);
    this.unpublishVolume = new UnpublishVolume(withdrawal);
    this.validateCapabilities = new ValidateCapabilities(topology, heads);
  }

  @Override
  public void createVolume(CreateVolumeRequest request, StreamObserver<CreateVolumeResponse> to) {
    Calls.answer(to, deadline -> createVolume.create(request, deadline));
  }

  @Override
  public void deleteVolume(DeleteVolumeRequest request, StreamObserver<DeleteVolumeResponse> to) {
    Calls.answer(to, deadline -> deleteVolume.delete(request, deadline));
  }

  @Override
  public void controllerPublishVolume(
      ControllerPublishVolumeRequest request, StreamObserver<ControllerPublishVolumeResponse> to) {
    Calls.answer(to, deadline -> publishVolume.publish(request, deadline));
  }

  @Override
  public void controllerUnpublishVolume(
      ControllerUnpublishVolumeRequest request,
      StreamObserver<ControllerUnpublishVolumeResponse> to) {
    Calls.answer(to, deadline -> unpublishVolume.unpublish(request, deadline));
  }

  @Override
  public void validateVolumeCapabilities(
      ValidateVolumeCapabilitiesRequest request,
      StreamObserver<ValidateVolumeCapabilitiesResponse> to) {
    Calls.answer(to, deadline -> validateCapabilities.validate(request, deadline));
  }

  @Override
  public void controllerGetCapabilities(
      ControllerGetCapabilitiesRequest request,
      StreamObserver<ControllerGetCapabilitiesResponse> to) {
    Calls.answer(
        to,
        deadline -> {
          var response = ControllerGetCapabilitiesResponse.newBuilder();
          CAPABILITIES.forEach(
              type ->
                  response.addCapabilities(
                      ControllerServiceCapability.newBuilder()
                          .setRpc(RPC.newBuilder().setType(type))));
          return response.build();
        });
  }
}
