package dev.braid.agent;

import dev.braid.agent.book.Publication;
import dev.braid.agent.book.Volume;
import dev.braid.agent.lio.Acls;
import dev.braid.agent.lio.Sessions;
import dev.braid.base.Deadline;

/** Makes sure at the head that an initiator can no longer write to a volume (rule 7). */
final class Fence {

  private final Export export;
  private final Acls acls;
  private final Sessions sessions;
  private final InFlight inFlight;
  private final TargetLock lock;

  Fence(Export export, Acls acls, Sessions sessions, InFlight inFlight, TargetLock lock) {
    this.export = export;
    this.acls = acls;
    this.sessions = sessions;
    this.inFlight = inFlight;
    this.lock = lock;
  }

  /**
   * @throws dev.braid.base.error.NotFenced if it could not be proven before the deadline; calling
   *     again goes on from there
   */
  void fence(Volume volume, Publication publication, Deadline deadline) {
    var initiator = publication.initiator();
    try (var held = lock.take(deadline)) {
      acls.unmap(volume.lun(), initiator);
    }
    // Only sessions that are there now can have sent something to the LUN. Two fences of one
    // initiator wait for each other, or they would end both its paths at once; the second one
    // mostly finds that the first has ended the sessions it meant.
    var suspects = sessions.of(initiator);
    try (var call = inFlight.await("sessions of " + initiator, deadline)) {
      sessions.end(suspects, initiator, deadline);
    }
    // Sessions that are gone prove nothing: an ACL shows only its newest, and one that was ended
    // may have been followed by another while its commands are still on their way to the device
    // (seen on Linux 6.1). Parting the LUN from its backstore does: it returns when the last
    // command is done. No other node has the volume.
    export.drain(volume, deadline);
    try (var held = lock.take(deadline)) {
      export.remake(volume, deadline);
      sessions.removeEmptyAcls(initiator, deadline);
    }
  }
}
