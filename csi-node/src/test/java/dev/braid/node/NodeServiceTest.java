package dev.braid.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.proto.csi.v1.NodeGetCapabilitiesRequest;
import dev.braid.proto.csi.v1.NodeGetCapabilitiesResponse;
import dev.braid.proto.csi.v1.NodeGetInfoRequest;
import dev.braid.proto.csi.v1.NodeGetInfoResponse;
import dev.braid.proto.csi.v1.NodePublishVolumeRequest;
import dev.braid.proto.csi.v1.NodePublishVolumeResponse;
import dev.braid.proto.csi.v1.NodeServiceCapability.RPC.Type;
import dev.braid.proto.csi.v1.NodeStageVolumeRequest;
import dev.braid.proto.csi.v1.NodeStageVolumeResponse;
import dev.braid.proto.csi.v1.NodeUnpublishVolumeRequest;
import dev.braid.proto.csi.v1.NodeUnpublishVolumeResponse;
import dev.braid.proto.csi.v1.NodeUnstageVolumeRequest;
import dev.braid.proto.csi.v1.NodeUnstageVolumeResponse;
import dev.braid.proto.csi.v1.VolumeCapability;
import dev.braid.proto.csi.v1.VolumeCapability.AccessMode.Mode;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The requests' fields, and the codes that the CSI specification names for what is wrong. */
class NodeServiceTest {

  @TempDir Path folder;
  private FakeHost host;
  private NodeService service;

  @BeforeEach
  void service() {
    host = new FakeHost(folder);
    service = host.plugin().service();
  }

  @Test
  void capabilitiesAndInfo() {
    var capabilities = new Answer<NodeGetCapabilitiesResponse>();
    service.nodeGetCapabilities(NodeGetCapabilitiesRequest.getDefaultInstance(), capabilities);
    assertThat(capabilities.value().getCapabilitiesList())
        .extracting(c -> c.getRpc().getType())
        .containsExactly(
            Type.STAGE_UNSTAGE_VOLUME,
            Type.GET_VOLUME_STATS,
            Type.VOLUME_CONDITION,
            Type.GET_VOLUME_HEALTH,
            Type.GET_STORAGE_HEALTH);
    var info = new Answer<NodeGetInfoResponse>();
    service.nodeGetInfo(NodeGetInfoRequest.getDefaultInstance(), info);
    assertThat(info.value().getNodeId()).isEqualTo("node1");
    assertThat(info.value().getMaxVolumesPerNode()).isEqualTo(FakeHost.MAX_VOLUMES);
  }

  @Test
  @DisplayName("F2: a stage with a field missing or wrong is answered so that a person can act")
  void stage() {
    assertThat(stage(good())).isEqualTo(Status.Code.OK);
    assertThat(stage(good().clearVolumeId())).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(stage(good().setVolumeId("pvc-1"))).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(stage(good().clearPublishContext())).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(stage(good().clearStagingTargetPath())).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(stage(good().setStagingTargetPath("a/b"))).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(stage(good().setStagingTargetPath("/a\0b"))).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(stage(good().clearVolumeCapability())).isEqualTo(Status.Code.INVALID_ARGUMENT);
    for (var capability :
        new VolumeCapability[] {
          VolumeCapability.getDefaultInstance(),
          ext4().toBuilder().clearMount().build(),
          ext4().toBuilder().clearAccessMode().build(),
          mode(Mode.MULTI_NODE_MULTI_WRITER),
          mode(Mode.SINGLE_NODE_READER_ONLY),
          mount(VolumeCapability.MountVolume.newBuilder().setFsType("btrfs")),
          mount(VolumeCapability.MountVolume.newBuilder().setVolumeMountGroup("7")),
        }) {
      assertThat(stage(good().setVolumeCapability(capability)))
          .as(capability.toString())
          .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
  }

  @Test
  @DisplayName("F4: a publish context of another LUN than the volume's is refused")
  void contextOfAnother() {
    var context = new java.util.HashMap<>(FakeHost.context(1).toMap());
    context.replaceAll((key, value) -> value.replace("0123456789abcdef", "fedcba9876543210"));
    assertThat(stage(good().putAllPublishContext(context))).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(host.journal).isEmpty();
  }

  @Test
  @DisplayName("F2: publish, unpublish and unstage with a field missing")
  void others() {
    var publish =
        NodePublishVolumeRequest.newBuilder()
            .setVolumeId(FakeHost.VOLUME.toString())
            .setStagingTargetPath(host.staging().toString())
            .setTargetPath(host.target().toString())
            .setVolumeCapability(ext4())
            .build();
    assertThat(publish(publish)).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(publish(publish.toBuilder().clearVolumeId().build()))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(publish(publish.toBuilder().clearTargetPath().build()))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(publish(publish.toBuilder().clearVolumeCapability().build()))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(publish(publish.toBuilder().clearStagingTargetPath().build()))
        .isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(
            publish(
                publish.toBuilder()
                    .setVolumeCapability(
                        ext4().toBuilder()
                            .setBlock(VolumeCapability.BlockVolume.getDefaultInstance()))
                    .setReadonly(true)
                    .build()))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    var volume = FakeHost.VOLUME.toString();
    assertThat(
            this.<NodeUnpublishVolumeRequest, NodeUnpublishVolumeResponse>code(
                service::nodeUnpublishVolume,
                NodeUnpublishVolumeRequest.newBuilder().setVolumeId(volume).build()))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(
            this.<NodeUnstageVolumeRequest, NodeUnstageVolumeResponse>code(
                service::nodeUnstageVolume,
                NodeUnstageVolumeRequest.newBuilder().setVolumeId(volume).build()))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  private NodeStageVolumeRequest.Builder good() {
    return NodeStageVolumeRequest.newBuilder()
        .setVolumeId(FakeHost.VOLUME.toString())
        .putAllPublishContext(FakeHost.context(1).toMap())
        .setStagingTargetPath(host.staging().toString())
        .setVolumeCapability(ext4());
  }

  private static VolumeCapability ext4() {
    return mount(VolumeCapability.MountVolume.newBuilder().setFsType("ext4"));
  }

  private static VolumeCapability mount(VolumeCapability.MountVolume.Builder mount) {
    return VolumeCapability.newBuilder()
        .setMount(mount)
        .setAccessMode(VolumeCapability.AccessMode.newBuilder().setMode(Mode.SINGLE_NODE_WRITER))
        .build();
  }

  private static VolumeCapability mode(Mode mode) {
    return ext4().toBuilder()
        .setAccessMode(VolumeCapability.AccessMode.newBuilder().setMode(mode))
        .build();
  }

  private Status.Code stage(NodeStageVolumeRequest.Builder request) {
    return this.<NodeStageVolumeRequest, NodeStageVolumeResponse>code(
        service::nodeStageVolume, request.build());
  }

  private Status.Code publish(NodePublishVolumeRequest request) {
    return this.<NodePublishVolumeRequest, NodePublishVolumeResponse>code(
        service::nodePublishVolume, request);
  }

  private <Q, A> Status.Code code(BiConsumer<Q, StreamObserver<A>> call, Q request) {
    var answer = new Answer<A>();
    call.accept(request, answer);
    return answer.code();
  }

  private static final class Answer<A> implements StreamObserver<A> {
    private @Nullable A value;
    private Status.Code code = Status.Code.UNKNOWN;

    @Override
    public void onNext(A answer) {
      value = answer;
    }

    @Override
    public void onError(Throwable thrown) {
      var status = ((StatusRuntimeException) thrown).getStatus();
      code = status.getCode();
      assertThat(status.getDescription()).isNotNull().hasSizeGreaterThan(10);
    }

    @Override
    public void onCompleted() {
      code = Status.Code.OK;
    }

    Status.Code code() {
      return code;
    }

    A value() {
      if (value == null) {
        throw new AssertionError("no answer, but " + code);
      }
      return value;
    }
  }
}
