package dev.braid.agent;

import dev.braid.agent.book.Book;
import dev.braid.agent.book.Publication;
import dev.braid.agent.book.VolumeState;
import dev.braid.agent.lio.Acls;
import dev.braid.agent.lio.Target;
import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.Busy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what administrators changed in the CHAP folder to the kernel, so that nodes can log in by
 * it: a rotation begins here. And sees to it that the portal groups still ask.
 *
 * <p>Not for several threads.
 */
final class ChapWatch {

  private static final Logger log = LoggerFactory.getLogger(ChapWatch.class);

  private static final Duration WAIT = Duration.ofSeconds(5);

  private final Book book;
  private final Target target;
  private final Acls acls;
  private final TargetLock lock;

  /** What was wrong, as it was said last: it is said again only when it changes. */
  private final Map<Iqn, String> said = new HashMap<>();

  ChapWatch(Book book, Target target, Acls acls, TargetLock lock) {
    this.book = book;
    this.target = target;
    this.acls = acls;
    this.lock = lock;
  }

  /** One look. Touches no session. */
  void look() {
    try (var held = lock.take(Deadline.after(WAIT))) {
      List<Iqn> initiators =
          book.publications().stream().map(Publication::initiator).distinct().toList();
      said.keySet().retainAll(initiators);
      // Each ACL has what its initiator proves before it is asked; nobody gets one while none is.
      List<Iqn> back = initiators.stream().filter(this::isBack).toList();
      for (Portal portal : target.authenticate()) {
        log.warn(
            "portal group {} let in who proves nothing: somebody changed it; it asks again",
            portal.tag());
      }
      back.forEach(this::letIn);
    } catch (Busy e) {
      log.debug("the credentials are looked at later: {}", e.getMessage());
    }
  }

  /** Where the agent was started while it had no credentials, it got no ACL. */
  private void letIn(Iqn initiator) {
    for (Publication publication : book.publications()) {
      if (publication.initiator().equals(initiator) && !publication.withdrawing()) {
        letIn(publication);
      }
    }
  }

  /** As at a start: one volume that cannot be given is no reason to withhold the others. */
  private void letIn(Publication publication) {
    try {
      book.volume(publication.serial())
          .filter(volume -> volume.is(VolumeState.READY))
          .ifPresent(
              volume -> acls.map(volume.lun(), publication.initiator(), publication.readOnly()));
    } catch (BraidException e) {
      log.error("volume {} is not given to {}", publication.serial(), publication.node(), e);
    }
  }

  /**
   * Brings its credentials to the ACLs that it has. What fails for one must not leave the portal
   * groups open to all.
   *
   * @return whether it has them again after it had none that could be used
   */
  private boolean isBack(Iqn initiator) {
    try {
      acls.renewCredentials(initiator);
    } catch (BraidException e) {
      String why = e.messageAndCause();
      if (!why.equals(said.put(initiator, why))) {
        log.error("{} cannot log in anew: {}", initiator, why);
      }
      return false;
    }
    if (said.remove(initiator) == null) {
      return false;
    }
    log.info("{} has its CHAP credentials again", initiator);
    return true;
  }
}
