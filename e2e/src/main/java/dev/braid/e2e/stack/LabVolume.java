package dev.braid.e2e.stack;

import dev.braid.base.VolumeId;
import dev.braid.base.Wwid;
import dev.braid.proto.csi.v1.Volume;
import dev.braid.proto.csi.v1.VolumeCapability;
import java.util.Map;

/**
 * A volume as an orchestrator knows it: its id and context, and how it is meant to be used.
 *
 * @param name the orchestrator's own name for it
 */
public record LabVolume(
    String name,
    VolumeId id,
    long bytes,
    VolumeCapability capability,
    Map<String, String> context) {

  static LabVolume of(String name, Volume volume, VolumeCapability capability) {
    return new LabVolume(
        name,
        VolumeId.parse(volume.getVolumeId()),
        volume.getCapacityBytes(),
        capability,
        volume.getVolumeContextMap());
  }

  public Wwid wwid() {
    return id.wwid();
  }

  public boolean isBlock() {
    return capability.hasBlock();
  }

  /** Where kubelet would have it staged on a node. */
  public String stagingPath() {
    return "/var/lib/kubelet/plugins/kubernetes.io/csi/braid.dev/" + id.serial() + "/globalmount";
  }

  /** Where kubelet would give it to a pod: a folder, or the device's file. */
  public String targetPath() {
    return "/var/lib/kubelet/pods/demo/volumes/kubernetes.io~csi/" + name + "/mount";
  }
}
