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
import java.util.ArrayList;
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

  /**
   * What was wrong, as it was said last: it is said again only when it changes. It stands until its
   * initiator has all again, whatever fails on the way.
   */
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

  /**
   * Where the agent was started while it had no credentials, it got no ACL. As at a start, one
   * volume that cannot be given is no reason to withhold the others; the next look tries again.
   */
  private void letIn(Iqn initiator) {
    var failures = new ArrayList<String>();
    for (Publication publication : book.publications()) {
      if (publication.initiator().equals(initiator) && !publication.withdrawing()) {
        try {
          give(publication);
        } catch (BraidException e) {
          failures.add("volume " + publication.serial() + ": " + e.messageAndCause());
        }
      }
    }
    if (failures.isEmpty()) {
      said.remove(initiator);
      log.info("{} has its CHAP credentials again", initiator);
    } else {
      say(initiator, "is not given what is published to it", String.join("; ", failures));
    }
  }

  private void give(Publication publication) {
    book.volume(publication.serial())
        .filter(volume -> volume.is(VolumeState.READY))
        .ifPresent(
            volume -> acls.map(volume.lun(), publication.initiator(), publication.readOnly()));
  }

  private void say(Iqn initiator, String what, String why) {
    if (!why.equals(said.put(initiator, why))) {
      log.error("{} {}: {}", initiator, what, why);
    }
  }

  /**
   * Brings its credentials to the ACLs that it has. What fails for one must not leave the portal
   * groups open to all.
   *
   * @return whether it has them again, and is still to be let in
   */
  private boolean isBack(Iqn initiator) {
    try {
      acls.renewCredentials(initiator);
    } catch (BraidException e) {
      say(initiator, "cannot log in anew", e.messageAndCause());
      return false;
    }
    return said.containsKey(initiator);
  }
}
