package dev.braid.agent;

import dev.braid.agent.book.Book;
import dev.braid.agent.book.Publication;
import dev.braid.agent.book.Volume;
import dev.braid.agent.lio.Acls;
import dev.braid.agent.lio.Sessions;
import dev.braid.base.Deadline;
import dev.braid.base.step.Steps;
import java.time.InstantSource;

/** The end of a publication whose withdrawal is booked: unmapped if attested, fenced if not. */
final class Withdrawal {

  private final Book book;
  private final Export export;
  private final Acls acls;
  private final Sessions sessions;
  private final Fence fence;
  private final TargetLock lock;
  private final Steps steps;
  private final InstantSource clock;

  Withdrawal(
      Book book,
      Export export,
      Acls acls,
      Sessions sessions,
      Fence fence,
      TargetLock lock,
      Steps steps,
      InstantSource clock) {
    this.book = book;
    this.export = export;
    this.acls = acls;
    this.sessions = sessions;
    this.fence = fence;
    this.lock = lock;
    this.steps = steps;
    this.clock = clock;
  }

  /**
   * @return whether the node now owes its word
   */
  boolean finish(Publication publication, Deadline deadline) {
    Volume volume = book.volume(publication.serial()).orElseThrow();
    Publication now = book.publication(publication.serial(), publication.node()).orElseThrow();
    if (now.attested()) {
      unmap(volume, publication, deadline);
      return false;
    }
    fence.fence(volume, publication, deadline);
    return steps.<Boolean, RuntimeException>call(
        "book fenced", step -> book.fenced(step, publication, volume.lun(), clock.instant()));
  }

  private void unmap(Volume volume, Publication publication, Deadline deadline) {
    try (var held = lock.take(deadline)) {
      acls.unmap(volume.lun(), publication.initiator());
    }
    // The node's word is about its device. What the node gave up on, and sent again by another
    // path, may still be on its way here.
    export.drain(volume, deadline);
    try (var held = lock.take(deadline)) {
      export.remake(volume, deadline);
      sessions.removeEmptyAcls(publication.initiator(), deadline);
      steps.run("book withdrawn", step -> book.withdrawn(step, publication));
    }
  }
}
