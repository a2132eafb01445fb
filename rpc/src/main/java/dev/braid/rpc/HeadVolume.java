package dev.braid.rpc;

import dev.braid.base.Generation;
import dev.braid.base.Iqn;
import dev.braid.base.LunNumber;
import dev.braid.base.NodeName;
import dev.braid.base.VolumeId;
import dev.braid.base.Wwid;
import java.util.List;

/** A volume as its head knows it. */
public record HeadVolume(
    VolumeId id,
    String name,
    long sizeBytes,
    Wwid wwid,
    LunNumber lun,
    List<Publication> publications) {

  public HeadVolume {
    publications = List.copyOf(publications);
  }

  /** That a node has it, or had it and owes its word that the device is gone. */
  public record Publication(
      NodeName node, Iqn initiator, Generation generation, boolean attested, boolean readOnly) {}
}
