package dev.braid.agent;

import dev.braid.agent.book.Book;
import dev.braid.agent.book.Publication;
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
  private final InFlight inFlight;
  private final TargetLock lock;
  private final Steps steps;

  Unpublish(
      Book book,
      Attestations attestations,
      Withdrawal withdrawal,
      InFlight inFlight,
      TargetLock lock,
      Steps steps) {
    this.book = book;
    this.attestations = attestations;
    this.withdrawal = withdrawal;
    this.inFlight = inFlight;
    this.lock = lock;
    this.steps = steps;
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
      List<Publication> publications =
          book.publications(serial).stream()
              .filter(p -> node.isEmpty() || node.get().equals(p.node()))
              .toList();
      for (Publication publication : publications) {
        withdraw(publication, attestWait, deadline);
      }
      return book.debts().stream()
          .anyMatch(
              debt ->
                  debt.serial().equals(serial)
                      && (node.isEmpty() || node.get().equals(debt.node())));
    }
  }

  private void withdraw(Publication publication, Duration attestWait, Deadline deadline) {
    if (!publication.withdrawing()) {
      try (var held = lock.take(deadline)) {
        steps.run("book withdrawal", step -> book.withdraw(step, publication));
      }
    }
    // Fencing needs time too: half of what there is.
    attestations.await(
        publication, deadline.atMost(attestWait).atMost(deadline.left().dividedBy(2)));
    withdrawal.finish(publication, deadline);
  }
}
