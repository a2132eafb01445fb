package dev.braid.controller;

import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.Unsupported;
import dev.braid.proto.csi.v1.VolumeCapability;
import dev.braid.proto.csi.v1.VolumeCapability.AccessMode.Mode;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How a volume can be used: as a block device or with ext4, writable, on one node. */
final class Capabilities {

  private static final Set<String> FILE_SYSTEMS = Set.of("", "ext4");

  private Capabilities() {}

  /**
   * @throws InvalidInput if none is given, or one lacks a field
   * @throws Unsupported naming the first that cannot be had
   */
  static void require(List<VolumeCapability> capabilities) {
    given(capabilities);
    firstUnsupported(capabilities)
        .ifPresent(
            why -> {
              throw new Unsupported(why);
            });
  }

  static void given(List<VolumeCapability> capabilities) {
    if (capabilities.isEmpty()) {
      throw new InvalidInput("volume_capabilities is missing");
    }
    capabilities.forEach(Capabilities::complete);
  }

  private static void complete(VolumeCapability capability) {
    if (!capability.hasBlock() && !capability.hasMount()) {
      throw new InvalidInput("volume_capability: access_type is missing, want block or mount");
    }
    if (capability.getAccessMode().getMode() == Mode.UNKNOWN) {
      throw new InvalidInput("volume_capability: access_mode is missing");
    }
  }

  /** Why not, for the first that cannot be had; empty if all can. */
  static Optional<String> firstUnsupported(List<VolumeCapability> capabilities) {
    return capabilities.stream().flatMap(c -> unsupported(c).stream()).findFirst();
  }

  private static Optional<String> unsupported(VolumeCapability capability) {
    Mode mode = capability.getAccessMode().getMode();
    if (mode != Mode.SINGLE_NODE_WRITER) {
      return Optional.of(
          "access mode " + mode + " is not supported, only SINGLE_NODE_WRITER (ReadWriteOnce)");
    }
    if (capability.hasMount() && !FILE_SYSTEMS.contains(capability.getMount().getFsType())) {
      return Optional.of(
          "file system '" + capability.getMount().getFsType() + "' is not supported, only ext4");
    }
    if (capability.hasMount() && !capability.getMount().getVolumeMountGroup().isEmpty()) {
      return Optional.of("volume_mount_group is not supported: Kubernetes must set the group");
    }
    return Optional.empty();
  }
}
