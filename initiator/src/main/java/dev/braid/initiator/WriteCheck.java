package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.error.Refused;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.scsi.Reply;
import dev.braid.linux.scsi.Reservations;
import dev.braid.linux.scsi.Scsi;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.sysfs.ScsiDevice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Whether a LUN can be written to, looked at before anybody uses it: one that cannot would be
 * mounted, and its file system turn read-only at the first write.
 */
final class WriteCheck {

  /** A path that answers does so in milliseconds. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Scsi scsi;
  private final IscsiSessions sessions;
  private final BlockTree blocks;
  private final Path dev;

  WriteCheck(Scsi scsi, IscsiSessions sessions, BlockTree blocks, Path dev) {
    this.scsi = scsi;
    this.sessions = sessions;
    this.blocks = blocks;
    this.dev = dev;
  }

  /**
   * @param paths that have said who they are
   * @param up the sessions that they came by
   * @throws Refused naming the path that is write-protected, or who has reserved the LUN
   */
  void check(Lun lun, List<ScsiDevice> paths, List<IscsiSession> up, Deadline deadline) {
    for (ScsiDevice path : paths) {
      if (path.block().map(blocks::readOnly).orElse(false)) {
        throw new Refused(
            "LUN "
                + lun.wwid()
                + " is write-protected at "
                + path.describe()
                + ": look at write_protect of its mapped LUN on the head, and at the node with"
                + " blockdev --getro");
      }
    }
    reserved(paths, up, deadline)
        .ifPresent(
            who -> {
              throw new Refused(
                  "LUN "
                      + lun.wwid()
                      + " is reserved by "
                      + who
                      + ", so this node could not write to it. If that initiator no longer uses it,"
                      + " have the reservation cleared on the head");
            });
  }

  /** The reservation is the LUN's and not a path's: the first path that answers tells. */
  private Optional<String> reserved(
      List<ScsiDevice> paths, List<IscsiSession> up, Deadline deadline) {
    for (ScsiDevice path : paths) {
      if (path.sg().isEmpty()) {
        continue;
      }
      Optional<Iqn> self =
          up.stream()
              .filter(s -> s.carries(path.address()))
              .findFirst()
              .flatMap(sessions::initiator);
      Reply<Reservations> reply =
          scsi.reservations(dev.resolve(path.sg().get()), deadline.atMost(PATIENCE));
      if (reply instanceof Reply.Answered<Reservations> answered) {
        return self.flatMap(iqn -> answered.value().keepsFromWriting(iqn)).map(Object::toString);
      }
      if (reply instanceof Reply.Failed<Reservations> failed && failed.conflict()) {
        return Optional.of("an initiator that is not named (a reservation of SPC-2)");
      }
    }
    return Optional.empty(); // a target that knows no reservations has none
  }
}
