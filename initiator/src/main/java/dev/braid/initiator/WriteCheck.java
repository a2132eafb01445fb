package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.error.NoPath;
import dev.braid.base.error.Refused;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.scsi.Reply;
import dev.braid.linux.scsi.Reservations;
import dev.braid.linux.scsi.Scsi;
import dev.braid.linux.scsi.Sense;
import dev.braid.linux.sysfs.BlockTree;
import dev.braid.linux.sysfs.ScsiDevice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether a LUN can be written to, looked at before anybody uses it: one that cannot would be
 * mounted, and its file system turn read-only at the first write.
 */
final class WriteCheck {

  /** A path that answers does so in milliseconds. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** More than there are kinds of attention that a LUN calls one to at a time. */
  private static final int TRIES = 4;

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
   * @throws NoPath if no path tells
   */
  void check(Lun lun, List<ScsiDevice> paths, List<IscsiSession> up, Deadline deadline) {
    for (ScsiDevice path : paths) {
      if (isProtected(path)) {
        throw new Refused(
            "LUN "
                + lun.wwid()
                + " is write-protected at "
                + path.describe()
                + ": look at write_protect of its mapped LUN on the head, and at the node with"
                + " blockdev --getro");
      }
    }
    checkReserved(lun, paths, up, deadline);
  }

  /** Whether the kernel takes no writes by this path, by what it read when it made its device. */
  boolean isProtected(ScsiDevice path) {
    return path.block().map(blocks::readOnly).orElse(false);
  }

  /**
   * Of a LUN that another has to himself the kernel does not even learn the size.
   *
   * @throws Refused naming who has reserved the LUN
   * @throws NoPath if no path tells
   */
  void checkReserved(Lun lun, List<ScsiDevice> paths, List<IscsiSession> up, Deadline deadline) {
    reserved(lun, paths, up, deadline)
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

  /**
   * The reservation is the LUN's and not a path's: the first path that tells, tells.
   *
   * @throws NoPath if none does; that nobody has reserved it is then not known
   */
  private Optional<String> reserved(
      Lun lun, List<ScsiDevice> paths, List<IscsiSession> up, Deadline deadline) {
    var silent = new ArrayList<String>();
    for (ScsiDevice path : paths) {
      Reply<Reservations> reply = ask(path, deadline);
      if (reply instanceof Reply.Answered<Reservations> answered) {
        if (!answered.value().held()) {
          return Optional.empty();
        }
        Optional<Iqn> self = self(path, up);
        if (self.isPresent()) {
          return answered.value().keepsFromWriting(self.get()).map(Object::toString);
        }
        silent.add(
            path.describe() + ": it is reserved, and this node's name on the session is not known");
      } else if (reply instanceof Reply.Failed<Reservations> failed) {
        if (failed.conflict()) {
          return Optional.of("an initiator that is not named (a reservation of SPC-2)");
        }
        if (knowsNone(failed)) {
          return Optional.empty();
        }
        silent.add(path.describe() + ": " + failed.why());
      } else if (reply instanceof Reply.Silent<Reservations> nothing) {
        silent.add(path.describe() + ": " + nothing.why());
      }
    }
    throw new NoPath(
        "no path of LUN "
            + lun.wwid()
            + " tells whether another initiator has reserved it: "
            + String.join("; ", silent));
  }

  /** A unit attention is spent on the command after it, each on one. */
  private Reply<Reservations> ask(ScsiDevice path, Deadline deadline) {
    if (path.sg().isEmpty()) {
      return new Reply.Silent<>("it has no SCSI generic device (is the module sg loaded?)");
    }
    Path sg = dev.resolve(path.sg().get());
    Reply<Reservations> reply = scsi.reservations(sg, deadline.atMost(PATIENCE));
    for (int i = 1; i < TRIES && passing(reply); i++) {
      reply = scsi.reservations(sg, deadline.atMost(PATIENCE));
    }
    return reply;
  }

  private static boolean passing(Reply<Reservations> reply) {
    return reply instanceof Reply.Failed<Reservations> failed
        && !failed.conflict()
        && !knowsNone(failed);
  }

  /** It does not know the command. It may also say so of a LUN that it does not have. */
  private static boolean knowsNone(Reply.Failed<Reservations> failed) {
    return failed
        .sense()
        .filter(sense -> sense.key() == Sense.ILLEGAL_REQUEST && !sense.noSuchLun())
        .isPresent();
  }

  private Optional<Iqn> self(ScsiDevice path, List<IscsiSession> up) {
    return up.stream()
        .filter(s -> s.carries(path.address()))
        .findFirst()
        .flatMap(sessions::initiator);
  }
}
