package dev.braid.agent;

import dev.braid.agent.book.Book;
import dev.braid.agent.book.Publication;
import dev.braid.agent.book.Volume;
import dev.braid.agent.book.VolumeState;
import dev.braid.agent.lio.Acls;
import dev.braid.agent.lio.Authentication;
import dev.braid.agent.lio.Target;
import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Serial;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import java.time.Duration;
import java.util.HashSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the head what the book says, at every start: after a reboot all of it, after the agent's
 * death whatever was half done (rules 14 and 15). What the book does not name is not touched (rule
 * 16). Where all is well it changes nothing.
 */
public final class Restore {

  private static final Logger log = LoggerFactory.getLogger(Restore.class);

  /** For each volume that must be taken down; one on a stuck device must not stop the others. */
  private static final Duration EACH = Duration.ofSeconds(20);

  private final Book book;
  private final Target target;
  private final Export export;
  private final Removal removal;
  private final Authentication authentication;
  private final Acls acls;
  private final Withdrawal withdrawal;
  private final Steps steps;

  Restore(
      Book book,
      Target target,
      Export export,
      Removal removal,
      Authentication authentication,
      Acls acls,
      Withdrawal withdrawal,
      Steps steps) {
    this.book = book;
    this.target = target;
    this.export = export;
    this.removal = removal;
    this.authentication = authentication;
    this.acls = acls;
    this.withdrawal = withdrawal;
    this.steps = steps;
  }

  /**
   * Nobody can log in before it is done (rule 6: who finds no ACL gives up; who finds the door shut
   * tries again). A volume that fails is logged and left out.
   *
   * @throws Refused if the target is there and this pool did not make it, or it has portal groups
   *     that the settings do not name
   */
  public void restore() {
    claimTarget();
    refuseUnnamedGroups();
    target.prepare();
    authenticate();
    var served = new HashSet<Serial>();
    for (Volume volume : book.volumes()) {
      if (restored(volume)) {
        served.add(volume.serial());
      }
    }
    for (Publication publication : book.publications()) {
      restore(publication, served.contains(publication.serial()));
    }
    target.enable();
  }

  private void claimTarget() {
    if (book.targetMade()) {
      return;
    }
    if (target.exists()) {
      throw new Refused(
          "there is a target "
              + target.name()
              + " on this head already, and this pool's book says"
              + " that it is not the pool's own: remove it, or give the pool another name for its"
              + " target");
    }
    steps.run("book target", book::targetIsOurs);
  }

  /** A fence through the portals that are named would leave these open. */
  private void refuseUnnamedGroups() {
    if (!target.unnamed().isEmpty()) {
      throw new Refused(
          "the target "
              + target.name()
              + " has "
              + target.unnamed()
              + ", which BRAID_PORTALS does not name: name them again, or take every volume from"
              + " its node, remove these groups from configfs, and start again");
    }
  }

  /**
   * The portal groups may be open, from before the agent was started anew with CHAP or without it.
   * A login is asked for a proof only when every ACL holds what it is to be, and an ACL loses it
   * only when no login is asked: refused in between, an initiator would give up its session for
   * good. An ACL that is still to be made comes after both, so that nobody is let in unasked.
   */
  private void authenticate() {
    if (authentication.wanted()) {
      renewCredentials();
      target.authenticate();
    } else {
      target.authenticate();
      renewCredentials();
    }
  }

  private void renewCredentials() {
    book.publications().stream()
        .map(Publication::initiator)
        .distinct()
        .forEach(this::renewCredentials);
  }

  private void renewCredentials(Iqn initiator) {
    try {
      acls.renewCredentials(initiator);
    } catch (BraidException e) {
      log.error("{} cannot log in anew: {}", initiator, e.messageAndCause());
    }
  }

  private boolean restored(Volume volume) {
    try {
      if (volume.is(VolumeState.READY)) {
        export.ensure(volume, Deadline.after(EACH));
      } else {
        log.info("removing volume {}, which was {}", volume.serial(), volume.state());
        removal.remove(volume, Deadline.after(EACH));
      }
    } catch (BraidException e) {
      log.error("volume {} ({}) is not served", volume.serial(), volume.name(), e);
      return false;
    }
    return volume.is(VolumeState.READY);
  }

  private void restore(Publication publication, boolean served) {
    try {
      if (!publication.withdrawing()) {
        acls.ensure(publication.initiator()); // even if the LUN cannot be had: it must not give up
        if (served) {
          Volume volume = book.volume(publication.serial()).orElseThrow();
          acls.map(volume.lun(), publication.initiator(), publication.readOnly());
        }
      } else if (publication.attested()) {
        withdrawal.finish(publication, Deadline.after(EACH));
      } // else whoever began comes back, or the next publish finishes it: fencing may take long
    } catch (BraidException e) {
      log.error("volume {} is not given to {}", publication.serial(), publication.node(), e);
    }
  }
}
