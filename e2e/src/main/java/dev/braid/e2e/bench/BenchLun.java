package dev.braid.e2e.bench;

import dev.braid.base.Portal;
import dev.braid.base.PublishContext;
import dev.braid.base.VolumeId;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.proto.csi.v1.NodeStageVolumeRequest;
import dev.braid.proto.csi.v1.NodeUnstageVolumeRequest;
import java.util.Base64;
import java.util.stream.Collectors;

/**
 * A volume that is published to the node, and the portals by which it is to be attached: all of the
 * head's, or some.
 */
record BenchLun(VolumeId volume, PublishContext context) {

  /** Through the portals of the first so many tags alone. */
  BenchLun over(int portals) {
    return new BenchLun(
        volume,
        new PublishContext(
            context.target(),
            context.portals().stream().filter(p -> p.tag() <= portals).toList(),
            context.lun(),
            context.wwid(),
            context.generation()));
  }

  /** As {@code subjects.py} reads it. */
  String text() {
    return String.join(
        "|",
        context.wwid().text(),
        context.lun().toString(),
        context.target().name(),
        context.portals().stream().map(Portal::toString).collect(Collectors.joining("+")),
        base64(stage().toByteArray()),
        base64(unstage().toByteArray()));
  }

  /** Raw, so that no file system is made or mounted: what the others do is compared. */
  private NodeStageVolumeRequest stage() {
    return NodeStageVolumeRequest.newBuilder()
        .setVolumeId(volume.toString())
        .putAllPublishContext(context.toMap())
        .setStagingTargetPath(staging())
        .setVolumeCapability(Capabilities.block())
        .build();
  }

  private NodeUnstageVolumeRequest unstage() {
    return NodeUnstageVolumeRequest.newBuilder()
        .setVolumeId(volume.toString())
        .setStagingTargetPath(staging())
        .build();
  }

  private String staging() {
    return "/var/lib/kubelet/plugins/kubernetes.io/csi/volumeDevices/staging/" + volume.serial();
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
