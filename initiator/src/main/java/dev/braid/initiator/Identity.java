package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.linux.scsi.DeviceIdentification;
import dev.braid.linux.scsi.Reply;
import dev.braid.linux.scsi.Scsi;
import dev.braid.linux.scsi.Sense;
import dev.braid.linux.sysfs.ScsiDevice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Asks a device who it is, now (rule 3). */
final class Identity {

  /** A path that answers does so in milliseconds; one that does not in this time is silent. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Longer than the patience with one path: enough for all of them, asked at once. */
  static final Duration ASK = Duration.ofSeconds(12);

  private final Scsi scsi;
  private final Path dev;

  Identity(Scsi scsi, Path dev) {
    this.scsi = scsi;
    this.dev = dev;
  }

  /**
   * What a device said of itself.
   *
   * @param wwid as text, of any vendor; empty if it said nothing that counts
   * @param silence why it said nothing
   */
  record Word(Optional<String> wwid, String silence) {

    static Word silent(String why) {
      return new Word(Optional.empty(), why);
    }
  }

  /** Silent where the session is down or the device is not running: it is not even asked. */
  Word ask(ScsiDevice device, boolean sessionUp, Deadline deadline) {
    if (!sessionUp) {
      return Word.silent("its session is down");
    }
    if (!device.running()) {
      return Word.silent("the kernel has it as " + device.state());
    }
    if (device.sg().isEmpty()) {
      return Word.silent("it has no SCSI generic device (is the module sg loaded?)");
    }
    Path sg = dev.resolve(device.sg().get());
    Reply<DeviceIdentification> reply = scsi.identification(sg, deadline.atMost(PATIENCE));
    if (reply instanceof Reply.Failed<DeviceIdentification>) {
      // A unit attention is spent on the first command after it: the second tells.
      reply = scsi.identification(sg, deadline.atMost(PATIENCE));
    }
    if (reply instanceof Reply.Answered<DeviceIdentification> a) {
      return a.value()
          .wwidText()
          .map(w -> new Word(Optional.of(w), ""))
          .orElseGet(() -> Word.silent("it names no WWID"));
    }
    if (reply instanceof Reply.Failed<DeviceIdentification> f) {
      return Word.silent(
          f.sense().filter(Sense::noSuchLun).isPresent()
              ? "the head maps no such LUN to this node (" + f.why() + ")"
              : f.why());
    }
    return Word.silent(((Reply.Silent<DeviceIdentification>) reply).why());
  }
}
