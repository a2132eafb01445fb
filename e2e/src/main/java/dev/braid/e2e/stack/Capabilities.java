package dev.braid.e2e.stack;

import dev.braid.proto.csi.v1.VolumeCapability;
import dev.braid.proto.csi.v1.VolumeCapability.AccessMode;

/** The ways in which the tests use volumes. */
public final class Capabilities {

  private Capabilities() {}

  public static VolumeCapability ext4() {
    return VolumeCapability.newBuilder()
        .setMount(VolumeCapability.MountVolume.newBuilder().setFsType("ext4"))
        .setAccessMode(mode(AccessMode.Mode.SINGLE_NODE_WRITER))
        .build();
  }

  public static VolumeCapability block() {
    return VolumeCapability.newBuilder()
        .setBlock(VolumeCapability.BlockVolume.getDefaultInstance())
        .setAccessMode(mode(AccessMode.Mode.SINGLE_NODE_WRITER))
        .build();
  }

  public static AccessMode mode(AccessMode.Mode mode) {
    return AccessMode.newBuilder().setMode(mode).build();
  }
}
