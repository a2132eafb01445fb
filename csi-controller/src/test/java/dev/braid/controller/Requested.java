package dev.braid.controller;

import dev.braid.proto.csi.v1.CapacityRange;
import dev.braid.proto.csi.v1.ControllerPublishVolumeRequest;
import dev.braid.proto.csi.v1.ControllerUnpublishVolumeRequest;
import dev.braid.proto.csi.v1.CreateVolumeRequest;
import dev.braid.proto.csi.v1.DeleteVolumeRequest;
import dev.braid.proto.csi.v1.ValidateVolumeCapabilitiesRequest;
import dev.braid.proto.csi.v1.VolumeCapability;
import dev.braid.proto.csi.v1.VolumeCapability.AccessMode;
import dev.braid.proto.csi.v1.VolumeCapability.BlockVolume;
import dev.braid.proto.csi.v1.VolumeCapability.MountVolume;

/** Requests that are right, for tests to make wrong in one place. */
final class Requested {

  static final long SIZE = 1 << 20;

  private Requested() {}

  static VolumeCapability block(AccessMode.Mode mode) {
    return VolumeCapability.newBuilder()
        .setBlock(BlockVolume.getDefaultInstance())
        .setAccessMode(AccessMode.newBuilder().setMode(mode))
        .build();
  }

  static VolumeCapability block() {
    return block(AccessMode.Mode.SINGLE_NODE_WRITER);
  }

  static VolumeCapability mount(String fileSystem) {
    return VolumeCapability.newBuilder()
        .setMount(MountVolume.newBuilder().setFsType(fileSystem))
        .setAccessMode(AccessMode.newBuilder().setMode(AccessMode.Mode.SINGLE_NODE_WRITER))
        .build();
  }

  static CreateVolumeRequest.Builder create(String name) {
    return CreateVolumeRequest.newBuilder()
        .setName(name)
        .setCapacityRange(CapacityRange.newBuilder().setRequiredBytes(SIZE))
        .addVolumeCapabilities(mount("ext4"))
        .addVolumeCapabilities(block())
        .putParameters("pool", "fast")
        .putParameters("csi.storage.k8s.io/pvc/name", "data");
  }

  static ControllerPublishVolumeRequest.Builder publish(String volumeId, String node) {
    return ControllerPublishVolumeRequest.newBuilder()
        .setVolumeId(volumeId)
        .setNodeId(node)
        .setVolumeCapability(mount(""));
  }

  static ControllerUnpublishVolumeRequest.Builder unpublish(String volumeId, String node) {
    return ControllerUnpublishVolumeRequest.newBuilder().setVolumeId(volumeId).setNodeId(node);
  }

  static DeleteVolumeRequest delete(String volumeId) {
    return DeleteVolumeRequest.newBuilder().setVolumeId(volumeId).build();
  }

  static ValidateVolumeCapabilitiesRequest.Builder validate(String volumeId) {
    return ValidateVolumeCapabilitiesRequest.newBuilder()
        .setVolumeId(volumeId)
        .addVolumeCapabilities(mount("ext4"));
  }
}
