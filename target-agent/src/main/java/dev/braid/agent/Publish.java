package dev.braid.agent;

import dev.braid.agent.book.Book;
import dev.braid.agent.book.Debt;
import dev.braid.agent.book.Publication;
import dev.braid.agent.book.Volume;
import dev.braid.agent.book.VolumeState;
import dev.braid.agent.lio.Acls;
import dev.braid.agent.lio.Authentication;
import dev.braid.base.Deadline;
import dev.braid.base.Generation;
import dev.braid.base.Iqn;
import dev.braid.base.LunNumber;
import dev.braid.base.NodeName;
import dev.braid.base.Serial;
import dev.braid.base.error.AlreadyExists;
import dev.braid.base.error.NotFound;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import java.util.Optional;

/** Gives a volume to a node: book, ACL, mapped LUN (rule 6). */
public final class Publish {

  private final Book book;
  private final Export export;
  private final Authentication authentication;
  private final Acls acls;
  private final Withdrawal withdrawal;
  private final InFlight inFlight;
  private final TargetLock lock;
  private final Steps steps;

  Publish(
      Book book,
      Export export,
      Authentication authentication,
      Acls acls,
      Withdrawal withdrawal,
      InFlight inFlight,
      TargetLock lock,
      Steps steps) {
    this.book = book;
    this.export = export;
    this.authentication = authentication;
    this.acls = acls;
    this.withdrawal = withdrawal;
    this.inFlight = inFlight;
    this.lock = lock;
    this.steps = steps;
  }

  /** What a node must know, besides the target, to find the volume. */
  public record Published(LunNumber lun, Generation generation) {}

  /**
   * @throws NotFound if there is no such volume
   * @throws Refused while another node has it, or this one under another initiator name, or the
   *     initiator owes its word for a generation before, or is known as another node, or has no
   *     CHAP credentials where they are wanted
   * @throws AlreadyExists if this node has it otherwise than asked for
   */
  public Published publish(
      Serial serial, NodeName node, Iqn initiator, boolean readOnly, Deadline deadline) {
    try (var call = inFlight.enter("volume " + serial)) {
      Volume volume = ready(serial);
      authentication.require(initiator); // before anything is booked
      finishWithdrawals(serial, deadline);
      try (var held = lock.take(deadline)) {
        Publication publication = book(serial, node, initiator, readOnly);
        export.ensure(volume, deadline);
        acls.map(volume.lun(), initiator, readOnly);
        return new Published(volume.lun(), publication.generation());
      }
    }
  }

  private Volume ready(Serial serial) {
    return book.volume(serial)
        .filter(volume -> volume.is(VolumeState.READY))
        .orElseThrow(() -> new NotFound("the pool has no volume " + serial));
  }

  /** One that began can only be finished, and who began it may never come back to do so. */
  private void finishWithdrawals(Serial serial, Deadline deadline) {
    for (Publication publication : book.publications(serial)) {
      if (publication.withdrawing()) {
        withdrawal.finish(publication, deadline);
      }
    }
  }

  /**
   * The initiator's kernel may still have the map of before, with writes that it queued: given the
   * LUN back, they would land on what another node wrote since. A node's name does not matter here:
   * the same kernel may bear another one by now, and the name may be another machine's.
   */
  private void refuseInDebt(Serial serial, Iqn initiator) {
    for (Debt debt : book.debts()) {
      if (debt.serial().equals(serial) && debt.initiator().equals(initiator)) {
        throw new Refused(
            "node "
                + debt.node()
                + " ("
                + initiator
                + ") was fenced from volume "
                + serial
                + " and has not given its word that the device of generation "
                + debt.generation()
                + " is gone: unstage it there first");
      }
    }
  }

  /** Two hosts with one initiator name share their ACL: each would get the other's volumes. */
  private void refuseAsAnotherNode(NodeName node, Iqn initiator) {
    for (Publication other : book.publications()) {
      if (other.initiator().equals(initiator) && !other.node().equals(node)) {
        throw new Refused(
            "initiator "
                + initiator
                + " has volume "
                + other.serial()
                + " as node "
                + other.node()
                + ", so it cannot be node "
                + node
                + ": unpublish that first, or give one of the two hosts another initiator name");
      }
    }
  }

  private Publication book(Serial serial, NodeName node, Iqn initiator, boolean readOnly) {
    for (Publication other : book.publications(serial)) {
      if (!other.node().equals(node)) {
        throw new Refused(
            "volume " + serial + " is published to node " + other.node() + ", not to " + node);
      }
    }
    Optional<Publication> there = book.publication(serial, node);
    if (there.isEmpty()) {
      refuseInDebt(serial, initiator);
      refuseAsAnotherNode(node, initiator);
      return steps.<Publication, RuntimeException>call(
          "book publication", step -> book.publish(step, serial, node, initiator, readOnly));
    }
    Publication publication = there.get();
    if (!publication.initiator().equals(initiator)) {
      throw new Refused(
          "node "
              + node
              + " has volume "
              + serial
              + " as initiator "
              + publication.initiator()
              + ", not "
              + initiator
              + ": unpublish it first");
    }
    if (publication.readOnly() != readOnly) {
      throw new AlreadyExists(
          "node " + node + " has volume " + serial + (readOnly ? " for writing" : " read only"));
    }
    if (publication.attested()) {
      // It is wanted again: the word given was about before, and must not stand for afterwards.
      return steps.<Publication, RuntimeException>call(
          "book wanted again", step -> book.renew(step, publication));
    }
    return publication;
  }
}
