package dev.braid.linux.sysfs;

import dev.braid.base.Wwid;
import java.util.Optional;

/**
 * A SCSI device as sysfs showed it at one moment.
 *
 * @param state the kernel's word: {@code running}, {@code blocked}, {@code transport-offline},
 *     {@code offline}, ...
 * @param block the block device's name ({@code sdb}), once it has one
 * @param sg the SCSI generic device's name ({@code sg1}), once it has one
 * @param bytes its size, 0 if the kernel has not read it
 * @param kept the WWID, of whatever vendor, that the kernel read when it found the device. It is
 *     not asked again by this reading, so it may be older than what now answers there (rule 3)
 */
public record ScsiDevice(
    Hctl address,
    String vendor,
    String model,
    String state,
    Optional<String> block,
    Optional<String> sg,
    long bytes,
    Optional<String> kept) {

  public boolean running() {
    return state.equals("running");
  }

  /** Whether the kernel keeps it as this LUN's. */
  public boolean keptAs(Wwid wwid) {
    return kept.equals(Optional.of(wwid.text()));
  }

  /** For messages: {@code 2:0:0:300 (sdb)}. */
  public String describe() {
    return address + block.map(b -> " (" + b + ")").orElse("");
  }
}
