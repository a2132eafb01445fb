package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.Head;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Stack;
import dev.braid.proto.csi.v1.CapacityRange;
import dev.braid.proto.csi.v1.ControllerGrpc.ControllerBlockingStub;
import dev.braid.proto.csi.v1.ControllerPublishVolumeRequest;
import dev.braid.proto.csi.v1.ControllerUnpublishVolumeRequest;
import dev.braid.proto.csi.v1.CreateVolumeRequest;
import dev.braid.proto.csi.v1.DeleteVolumeRequest;
import dev.braid.proto.csi.v1.NodeGrpc.NodeBlockingStub;
import dev.braid.proto.csi.v1.NodePublishVolumeRequest;
import dev.braid.proto.csi.v1.NodeStageVolumeRequest;
import dev.braid.proto.csi.v1.NodeUnpublishVolumeRequest;
import dev.braid.proto.csi.v1.NodeUnstageVolumeRequest;
import dev.braid.proto.csi.v1.ValidateVolumeCapabilitiesRequest;
import dev.braid.proto.csi.v1.VolumeCapability;
import dev.braid.proto.csi.v1.VolumeCapability.AccessMode.Mode;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Calls that cannot be meant, through the real sockets. */
@InStack
class BadInputLabTest {

  private static final String NOBODY = Head.POOL + "/0123456789abcdef012345678";
  private static final long SIZE = 64L << 20;

  private final Stack stack;
  private final List<String> wrong = new ArrayList<>();

  BadInputLabTest(Stack stack) {
    this.stack = stack;
  }

  @Test
  @DisplayName(
      "F2: what cannot be meant gets the code that CSI names and a message to act on, and changes nothing")
  void badInput() {
    var clean = Leftovers.of(stack.lab());
    Machine node = stack.lab().node1();
    LabVolume volume = stack.create("bad-input", SIZE, Capabilities.ext4());
    var context = stack.publish(volume, node);
    var before = Leftovers.of(stack.lab());

    creating();
    publishing(volume);
    staging(volume, context);

    assertThat(wrong).as("calls that were answered otherwise").isEmpty();
    before.assertNoneNow();
    stack.attest(volume, node, context);
    stack.unpublish(volume, node);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  private void creating() {
    expect(Code.INVALID_ARGUMENT, "no name", () -> controller().createVolume(create("").build()));
    expect(
        Code.INVALID_ARGUMENT,
        "a name over 128 bytes",
        () -> controller().createVolume(create("x".repeat(129)).build()));
    expect(
        Code.INVALID_ARGUMENT,
        "no capability",
        () -> controller().createVolume(create("a").clearVolumeCapabilities().build()));
    expect(
        Code.INVALID_ARGUMENT,
        "no pool",
        () -> controller().createVolume(create("a").clearParameters().build()));
    expect(
        Code.INVALID_ARGUMENT,
        "an unknown parameter",
        () -> controller().createVolume(create("a").putParameters("pol", "x").build()));
    expect(
        Code.INVALID_ARGUMENT,
        "a limit under the size",
        () ->
            controller()
                .createVolume(
                    create("a")
                        .setCapacityRange(
                            CapacityRange.newBuilder()
                                .setRequiredBytes(SIZE)
                                .setLimitBytes(SIZE - 1))
                        .build()));
    expect(
        Code.INVALID_ARGUMENT,
        "a negative size",
        () ->
            controller()
                .createVolume(
                    create("a")
                        .setCapacityRange(CapacityRange.newBuilder().setRequiredBytes(-1))
                        .build()));
    expect(
        Code.OUT_OF_RANGE,
        "a size that no pool has",
        () ->
            controller()
                .createVolume(
                    create("a")
                        .setCapacityRange(CapacityRange.newBuilder().setRequiredBytes(1L << 60))
                        .build()));
    expect(
        Code.ALREADY_EXISTS,
        "the same name with another size",
        () ->
            controller()
                .createVolume(
                    create("bad-input")
                        .setCapacityRange(CapacityRange.newBuilder().setRequiredBytes(2 * SIZE))
                        .build()));
    expect(
        Code.INVALID_ARGUMENT,
        "a file system that Braid does not make",
        () -> controller().createVolume(create("a", fileSystem("btrfs")).build()));
    expect(
        Code.INVALID_ARGUMENT,
        "many writers at once",
        () -> controller().createVolume(create("a", mode(Mode.MULTI_NODE_MULTI_WRITER)).build()));
    expect(
        Code.INVALID_ARGUMENT,
        "no volume id",
        () -> controller().deleteVolume(DeleteVolumeRequest.getDefaultInstance()));
    stack
        .controller()
        .client()
        .controller()
        .deleteVolume(DeleteVolumeRequest.newBuilder().setVolumeId(NOBODY).build());
  }

  private void publishing(LabVolume volume) {
    var good =
        ControllerPublishVolumeRequest.newBuilder()
            .setVolumeId(volume.id().toString())
            .setNodeId("node1")
            .setVolumeCapability(volume.capability())
            .build();
    expect(
        Code.INVALID_ARGUMENT,
        "publish without a volume id",
        () -> controller().controllerPublishVolume(good.toBuilder().clearVolumeId().build()));
    expect(
        Code.INVALID_ARGUMENT,
        "publish without a node",
        () -> controller().controllerPublishVolume(good.toBuilder().clearNodeId().build()));
    expect(
        Code.INVALID_ARGUMENT,
        "publish without a capability",
        () ->
            controller().controllerPublishVolume(good.toBuilder().clearVolumeCapability().build()));
    expect(
        Code.NOT_FOUND,
        "publish a volume that is not there",
        () -> controller().controllerPublishVolume(good.toBuilder().setVolumeId(NOBODY).build()));
    expect(
        Code.NOT_FOUND,
        "publish an id that is none of ours",
        () -> controller().controllerPublishVolume(good.toBuilder().setVolumeId("pvc-1").build()));
    expect(
        Code.NOT_FOUND,
        "publish to a node that nobody knows",
        () -> controller().controllerPublishVolume(good.toBuilder().setNodeId("node9").build()));
    expect(
        Code.FAILED_PRECONDITION,
        "publish to a second node",
        () -> controller().controllerPublishVolume(good.toBuilder().setNodeId("node2").build()));
    expect(
        Code.FAILED_PRECONDITION,
        "delete while published",
        () ->
            controller()
                .deleteVolume(
                    DeleteVolumeRequest.newBuilder().setVolumeId(volume.id().toString()).build()));
    expect(
        Code.INVALID_ARGUMENT,
        "unpublish without a volume id",
        () ->
            controller()
                .controllerUnpublishVolume(ControllerUnpublishVolumeRequest.getDefaultInstance()));
    expect(
        Code.NOT_FOUND,
        "validate a volume that is not there",
        () ->
            controller()
                .validateVolumeCapabilities(
                    ValidateVolumeCapabilitiesRequest.newBuilder()
                        .setVolumeId(NOBODY)
                        .addVolumeCapabilities(volume.capability())
                        .build()));
  }

  private void staging(LabVolume volume, java.util.Map<String, String> context) {
    var good =
        NodeStageVolumeRequest.newBuilder()
            .setVolumeId(volume.id().toString())
            .setStagingTargetPath(volume.stagingPath())
            .setVolumeCapability(volume.capability())
            .putAllPublishContext(context)
            .build();
    expect(
        Code.INVALID_ARGUMENT,
        "stage without a volume id",
        () -> node().nodeStageVolume(good.toBuilder().clearVolumeId().build()));
    expect(
        Code.INVALID_ARGUMENT,
        "stage without a path",
        () -> node().nodeStageVolume(good.toBuilder().clearStagingTargetPath().build()));
    expect(
        Code.INVALID_ARGUMENT,
        "stage without a capability",
        () -> node().nodeStageVolume(good.toBuilder().clearVolumeCapability().build()));
    expect(
        Code.INVALID_ARGUMENT,
        "stage without a publish context",
        () -> node().nodeStageVolume(good.toBuilder().clearPublishContext().build()));
    for (String key : context.keySet()) {
      var without = new HashMap<>(context);
      without.remove(key);
      expect(
          Code.INVALID_ARGUMENT,
          "stage without " + key,
          () ->
              node()
                  .nodeStageVolume(
                      good.toBuilder()
                          .clearPublishContext()
                          .putAllPublishContext(without)
                          .build()));
    }
    expect(
        Code.INVALID_ARGUMENT,
        "stage with a portal that is none",
        () ->
            node().nodeStageVolume(good.toBuilder().putPublishContext("portals", "san1").build()));
    expect(
        Code.FAILED_PRECONDITION,
        "publish on the node before staging",
        () ->
            node()
                .nodePublishVolume(
                    NodePublishVolumeRequest.newBuilder()
                        .setVolumeId(volume.id().toString())
                        .setStagingTargetPath(volume.stagingPath())
                        .setTargetPath(volume.targetPath())
                        .setVolumeCapability(volume.capability())
                        .putAllPublishContext(context)
                        .build()));
    expect(
        Code.INVALID_ARGUMENT,
        "publish on the node without a target path",
        () ->
            node()
                .nodePublishVolume(
                    NodePublishVolumeRequest.newBuilder()
                        .setVolumeId(volume.id().toString())
                        .setStagingTargetPath(volume.stagingPath())
                        .setVolumeCapability(volume.capability())
                        .build()));
    expect(
        Code.INVALID_ARGUMENT,
        "unpublish on the node without a target path",
        () ->
            node()
                .nodeUnpublishVolume(
                    NodeUnpublishVolumeRequest.newBuilder()
                        .setVolumeId(volume.id().toString())
                        .build()));
    expect(
        Code.INVALID_ARGUMENT,
        "unstage without a path",
        () ->
            node()
                .nodeUnstageVolume(
                    NodeUnstageVolumeRequest.newBuilder()
                        .setVolumeId(volume.id().toString())
                        .build()));
  }

  private void expect(Status.Code code, String what, Runnable call) {
    try {
      Failure failure = Failure.of(call);
      if (failure.status() != code || failure.message().length() < 10) {
        wrong.add(what + ": want " + code + ", got " + failure.status() + " " + failure.message());
      }
    } catch (AssertionError succeeded) {
      wrong.add(what + ": want " + code + ", but it succeeded");
    }
  }

  private ControllerBlockingStub controller() {
    return stack.controller().client().controller();
  }

  private NodeBlockingStub node() {
    return stack.node(stack.lab().node1()).client().node();
  }

  private static CreateVolumeRequest.Builder create(String name) {
    return create(name, Capabilities.ext4());
  }

  private static CreateVolumeRequest.Builder create(String name, VolumeCapability capability) {
    return CreateVolumeRequest.newBuilder()
        .setName(name)
        .setCapacityRange(CapacityRange.newBuilder().setRequiredBytes(SIZE))
        .addVolumeCapabilities(capability)
        .putParameters("pool", Head.POOL);
  }

  private static VolumeCapability fileSystem(String type) {
    return Capabilities.ext4().toBuilder()
        .setMount(VolumeCapability.MountVolume.newBuilder().setFsType(type))
        .build();
  }

  private static VolumeCapability mode(Mode mode) {
    return Capabilities.block().toBuilder().setAccessMode(Capabilities.mode(mode)).build();
  }
}
