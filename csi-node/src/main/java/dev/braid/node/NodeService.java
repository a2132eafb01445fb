package dev.braid.node;

import dev.braid.base.Deadline;
import dev.braid.base.NodeName;
import dev.braid.base.PublishContext;
import dev.braid.base.error.Refused;
import dev.braid.linux.filesystem.Usage;
import dev.braid.proto.csi.v1.NodeGetCapabilitiesRequest;
import dev.braid.proto.csi.v1.NodeGetCapabilitiesResponse;
import dev.braid.proto.csi.v1.NodeGetInfoRequest;
import dev.braid.proto.csi.v1.NodeGetInfoResponse;
import dev.braid.proto.csi.v1.NodeGetStorageHealthRequest;
import dev.braid.proto.csi.v1.NodeGetStorageHealthResponse;
import dev.braid.proto.csi.v1.NodeGetVolumeHealthRequest;
import dev.braid.proto.csi.v1.NodeGetVolumeHealthResponse;
import dev.braid.proto.csi.v1.NodeGetVolumeStatsRequest;
import dev.braid.proto.csi.v1.NodeGetVolumeStatsResponse;
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
import dev.braid.proto.csi.v1.StorageHealthErrorType;
import dev.braid.proto.csi.v1.VolumeCondition;
import dev.braid.proto.csi.v1.VolumeHealth;
import dev.braid.proto.csi.v1.VolumeHealthErrorType;
import dev.braid.proto.csi.v1.VolumeUsage;
import dev.braid.rpc.Calls;
import io.grpc.stub.StreamObserver;
import java.util.List;

/**
 * CSI Node: reads each request and hands it to its verb. What is not here answers UNIMPLEMENTED and
 * is not advertised.
 */
final class NodeService extends NodeGrpc.NodeImplBase {

  private static final List<NodeServiceCapability.RPC.Type> CAPABILITIES =
      List.of(
          NodeServiceCapability.RPC.Type.STAGE_UNSTAGE_VOLUME,
          NodeServiceCapability.RPC.Type.GET_VOLUME_STATS,
          NodeServiceCapability.RPC.Type.VOLUME_CONDITION,
          NodeServiceCapability.RPC.Type.GET_VOLUME_HEALTH,
          NodeServiceCapability.RPC.Type.GET_STORAGE_HEALTH);

  private final NodeName name;
  private final int maxVolumes;
  private final StageVolume stage;
  private final UnstageVolume unstage;
  private final PublishVolume publish;
  private final UnpublishVolume unpublish;
  private final VolumeWatch watch;
  private final StorageWatch storage;

  /**
   * @param maxVolumes how many volumes this node may get; more are for the caller not to send
   */
  NodeService(
      NodeName name,
      int maxVolumes,
      StageVolume stage,
      UnstageVolume unstage,
      PublishVolume publish,
      UnpublishVolume unpublish,
      VolumeWatch watch,
      StorageWatch storage) {
    this.name = name;
    this.maxVolumes = maxVolumes;
    this.stage = stage;
    this.unstage = unstage;
    this.publish = publish;
    this.unpublish = unpublish;
    this.watch = watch;
    this.storage = storage;
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
  public void nodeGetVolumeStats(
      NodeGetVolumeStatsRequest request, StreamObserver<NodeGetVolumeStatsResponse> to) {
    Calls.answer(to, deadline -> stats(request, deadline));
  }

  @Override
  public void nodeGetStorageHealth(
      NodeGetStorageHealthRequest request, StreamObserver<NodeGetStorageHealthResponse> to) {
    Calls.answer(to, deadline -> storageHealth());
  }

  @Override
  public void nodeGetVolumeHealth(
      NodeGetVolumeHealthRequest request, StreamObserver<NodeGetVolumeHealthResponse> to) {
    Calls.answer(to, deadline -> health(request));
  }

  @Override
  public void nodeGetCapabilities(
      NodeGetCapabilitiesRequest request, StreamObserver<NodeGetCapabilitiesResponse> to) {
    Calls.answer(
        to,
        deadline -> {
          var answer = NodeGetCapabilitiesResponse.newBuilder();
          CAPABILITIES.forEach(type -> answer.addCapabilities(capability(type)));
          return answer.build();
        });
  }

  @Override
  public void nodeGetInfo(NodeGetInfoRequest request, StreamObserver<NodeGetInfoResponse> to) {
    Calls.answer(
        to,
        deadline ->
            NodeGetInfoResponse.newBuilder()
                .setNodeId(name.name())
                .setMaxVolumesPerNode(maxVolumes)
                .build());
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

  private NodeGetVolumeStatsResponse stats(NodeGetVolumeStatsRequest request, Deadline deadline) {
    var volume = Fields.volumeId(request.getVolumeId());
    var path = Fields.path("volume_path", request.getVolumePath());
    var filling = watch.filling(volume, path, deadline);
    var answer = NodeGetVolumeStatsResponse.newBuilder();
    filling
        .mounted()
        .ifPresentOrElse(
            usage ->
                answer
                    .addUsage(usage(usage.bytes(), VolumeUsage.Unit.BYTES))
                    .addUsage(usage(usage.inodes(), VolumeUsage.Unit.INODES)),
            () ->
                answer.addUsage(
                    VolumeUsage.newBuilder()
                        .setUnit(VolumeUsage.Unit.BYTES)
                        .setTotal(filling.deviceBytes())));
    List<String> problems =
        watch.problems(volume).stream().map(VolumeWatch.Problem::message).toList();
    return answer
        .setVolumeCondition(
            VolumeCondition.newBuilder()
                .setAbnormal(!problems.isEmpty())
                .setMessage(problems.isEmpty() ? "every path works" : String.join("; ", problems)))
        .build();
  }

  private static VolumeUsage usage(Usage.Count count, VolumeUsage.Unit unit) {
    return VolumeUsage.newBuilder()
        .setUnit(unit)
        .setTotal(count.total())
        .setUsed(count.used())
        .setAvailable(count.available())
        .build();
  }

  private NodeGetStorageHealthResponse storageHealth() {
    var health = NodeGetStorageHealthResponse.newBuilder();
    for (StorageWatch.Problem problem : storage.problems()) {
      health.addBackendHealth(
          NodeGetStorageHealthResponse.StorageBackendHealth.newBuilder()
              .setStatus(
                  switch (problem.severity()) {
                    case DEGRADED -> StorageHealthErrorType.STORAGE_DEGRADED;
                    case UNREACHABLE -> StorageHealthErrorType.STORAGE_UNREACHABLE;
                  })
              .setReason(problem.reason())
              .setMessage(problem.message()));
    }
    return health.build();
  }

  private NodeGetVolumeHealthResponse health(NodeGetVolumeHealthRequest request) {
    var volume = Fields.volumeId(request.getVolumeId());
    var health = VolumeHealth.newBuilder().setVolumeId(request.getVolumeId());
    watch
        .problems(volume)
        .forEach(
            problem ->
                health.addHealthStatuses(
                    VolumeHealth.VolumeHealthEntry.newBuilder()
                        .setStatus(
                            switch (problem.severity()) {
                              case DEGRADED -> VolumeHealthErrorType.DEGRADED;
                              case INACCESSIBLE -> VolumeHealthErrorType.INACCESSIBLE;
                            })
                        .setReason(problem.reason())
                        .setMessage(problem.message())));
    return NodeGetVolumeHealthResponse.newBuilder().setVolumeHealth(health).build();
  }
}
