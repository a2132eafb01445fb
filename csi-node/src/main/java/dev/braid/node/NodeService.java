package dev.braid.node;

import dev.braid.base.Deadline;
import dev.braid.base.NodeName;
import dev.braid.base.PublishContext;
import dev.braid.base.error.Refused;
import dev.braid.proto.csi.v1.NodeGetCapabilitiesRequest;
import dev.braid.proto.csi.v1.NodeGetCapabilitiesResponse;
import dev.braid.proto.csi.v1.NodeGetInfoRequest;
import dev.braid.proto.csi.v1.NodeGetInfoResponse;
import dev.braid.proto.csi.v1.NodeGrpc;
import dev.braid.proto.csi.v1.NodePublishVolumeRequest;
import dev.braid.proto.csi.v1.NodePublishVolumeResponse;
import dev.braid.proto.csi.v1.NodeServiceCapability;
import dev.braid.proto.csi.v1.NodeStageVolumeRequest;
import dev.braid.proto.csi.v1.NodeStageVolumeResponse;
import dev.braid.proto.csi.v1.NodeUnpublishVolumeRequest;
import dev.braid.proto.csi.v1.NodeUnpublishVolumeResponse;
import dev.braid.proto.csi.v1.NodeUnstageVolumeRequest;
import dev.braid.proto.csi.v1.NodeUnstageVolumeResponse;
import dev.braid.rpc.Calls;
import io.grpc.stub.StreamObserver;

/**
 * CSI Node: reads each request and hands it to its verb. What is not here answers UNIMPLEMENTED and
 * is not advertised.
 */
final class NodeService extends NodeGrpc.NodeImplBase {

  private final NodeName name;
  private final StageVolume stage;
  private final UnstageVolume unstage;
  private final PublishVolume publish;
  private final UnpublishVolume unpublish;

  NodeService(
      NodeName name,
      StageVolume stage,
      UnstageVolume unstage,
      PublishVolume publish,
      UnpublishVolume unpublish) {
    this.name = name;
    this.stage = stage;
    this.unstage = unstage;
    this.publish = publish;
    this.unpublish = unpublish;
  }

  @Override
  public void nodeStageVolume(
      NodeStageVolumeRequest request, StreamObserver<NodeStageVolumeResponse> to) {
    Calls.answer(to, deadline -> stage(request, deadline));
  }

  @Override
  public void nodeUnstageVolume(
      NodeUnstageVolumeRequest request, StreamObserver<NodeUnstageVolumeResponse> to) {
    Calls.answer(to, deadline -> unstage(request, deadline));
  }

  @Override
  public void nodePublishVolume(
      NodePublishVolumeRequest request, StreamObserver<NodePublishVolumeResponse> to) {
    Calls.answer(to, deadline -> publish(request, deadline));
  }

  @Override
  public void nodeUnpublishVolume(
      NodeUnpublishVolumeRequest request, StreamObserver<NodeUnpublishVolumeResponse> to) {
    Calls.answer(to, deadline -> unpublish(request, deadline));
  }

  @Override
  public void nodeGetCapabilities(
      NodeGetCapabilitiesRequest request, StreamObserver<NodeGetCapabilitiesResponse> to) {
    Calls.answer(
        to,
        deadline ->
            NodeGetCapabilitiesResponse.newBuilder()
                .addCapabilities(capability(NodeServiceCapability.RPC.Type.STAGE_UNSTAGE_VOLUME))
                .build());
  }

  @Override
  public void nodeGetInfo(NodeGetInfoRequest request, StreamObserver<NodeGetInfoResponse> to) {
    Calls.answer(to, deadline -> NodeGetInfoResponse.newBuilder().setNodeId(name.name()).build());
  }

  private static NodeServiceCapability capability(NodeServiceCapability.RPC.Type type) {
    return NodeServiceCapability.newBuilder()
        .setRpc(NodeServiceCapability.RPC.newBuilder().setType(type))
        .build();
  }

  private NodeStageVolumeResponse stage(NodeStageVolumeRequest request, Deadline deadline) {
    var wanted =
        new StageVolume.Wanted(
            Fields.volumeId(request.getVolumeId()),
            PublishContext.parse(request.getPublishContextMap()),
            Fields.path("staging_target_path", request.getStagingTargetPath()),
            VolumeUse.of(request.hasVolumeCapability(), request.getVolumeCapability()));
    stage.stage(wanted, deadline);
    return NodeStageVolumeResponse.getDefaultInstance();
  }

  private NodeUnstageVolumeResponse unstage(NodeUnstageVolumeRequest request, Deadline deadline) {
    unstage.unstage(
        Fields.volumeId(request.getVolumeId()),
        Fields.path("staging_target_path", request.getStagingTargetPath()),
        deadline);
    return NodeUnstageVolumeResponse.getDefaultInstance();
  }

  private NodePublishVolumeResponse publish(NodePublishVolumeRequest request, Deadline deadline) {
    var volume = Fields.volumeId(request.getVolumeId());
    var target = Fields.path("target_path", request.getTargetPath());
    var use = VolumeUse.of(request.hasVolumeCapability(), request.getVolumeCapability());
    if (request.getStagingTargetPath().isEmpty()) {
      // The specification's own code for this one missing field is FAILED_PRECONDITION.
      throw new Refused("staging_target_path is missing: this plugin stages volumes first");
    }
    var staging = Fields.path("staging_target_path", request.getStagingTargetPath());
    publish.publish(
        new PublishVolume.Wanted(volume, staging, target, use, request.getReadonly()), deadline);
    return NodePublishVolumeResponse.getDefaultInstance();
  }

  private NodeUnpublishVolumeResponse unpublish(
      NodeUnpublishVolumeRequest request, Deadline deadline) {
    unpublish.unpublish(
        Fields.volumeId(request.getVolumeId()),
        Fields.path("target_path", request.getTargetPath()),
        deadline);
    return NodeUnpublishVolumeResponse.getDefaultInstance();
  }
}
