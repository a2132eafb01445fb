package dev.braid.agent;

import dev.braid.agent.book.Book;
import dev.braid.agent.book.Publication;
import dev.braid.agent.lio.Acls;
import dev.braid.base.Deadline;
import dev.braid.base.NodeName;
import dev.braid.base.Serial;
import dev.braid.base.step.Steps;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Takes a volume back from a node (rule 7). There is no force: where the node's word does not come,
 * the head makes sure by itself.
 */
public final class Unpublish {

  private final Book book;
  private final Attestations attestations;
  private final Withdrawal withdrawal;
  private final Acls acls;
  private final InFlight inFlight;
  private final TargetLock lock;
  private final Steps steps;

  Unpublish(
      Book book,
      Attestations attestations,
      Withdrawal withdrawal,
      Acls acls,
      InFlight inFlight,
      TargetLock lock,
      Steps steps) {
    this.book = book;
    this.attestations = attestations;
    this.withdrawal = withdrawal;
    this.acls = acls;
    this.inFlight = inFlight;
    this.lock = lock;
    this.steps = steps;
  }

  /**
   * Begins it: unmapped, the LUN can become no device there any more. So the node's word that is
   * found after this covers everything the node ever did with it.
   *
   * @param node empty: from every node that has it
   */
  public void begin(Serial serial, Optional<NodeName> node, Deadline deadline) {
    try (var call = inFlight.enter("volume " + serial)) {
      for (Publication publication : publications(serial, node)) {
        bookWithdrawal(publication, deadline);
        var lun = book.volume(serial).orElseThrow().lun();
        try (var held = lock.take(deadline)) {
          acls.unmap(lun, publication.initiator());
        }
      }
    }
  }

  /**
   * Success where the node does not have it, or there is no such volume.
   *
   * @param node empty: from every node that has it
   * @param attestWait how long the node may take to give its word
   * @return whether the head fenced, so that the node owes its word
   * @throws dev.braid.base.error.NotFenced if the head could not make sure; nothing was given away
   */
  public boolean unpublish(
      Serial serial, Optional<NodeName> node, Duration attestWait, Deadline deadline) {
    try (var call = inFlight.enter("volume " + serial)) {
      for (Publication publication : publications(serial, node)) {
        withdraw(publication, attestWait, deadline);
      }
      return book.debts().stream()
          .anyMatch(
              debt ->
                  debt.serial().equals(serial)
                      && (node.isEmpty() || node.get().equals(debt.node())));
    }
  }

  private List<Publication> publications(Serial serial, Optional<NodeName> node) {
    return book.publications(serial).stream()
        .filter(p -> node.isEmpty() || node.get().equals(p.node()))
        .toList();
  }

  private void bookWithdrawal(Publication publication, Deadline deadline) {
    if (!publication.withdrawing()) {
      try (var held = lock.take(deadline)) {
        steps.run("book withdrawal", step -> book.withdraw(step, publication));
      }
    }
  }

  private void withdraw(Publication publication, Duration attestWait, Deadline deadline) {
    bookWithdrawal(publication, deadline);
    // Fencing needs time too: half of what there is.
    attestations.await(
        publication, deadline.atMost(attestWait).atMost(deadline.left().dividedBy(2)));
    withdrawal.finish(publication, deadline);
  }
}
