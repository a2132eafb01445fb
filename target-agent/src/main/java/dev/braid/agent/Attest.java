package dev.braid.agent;

import dev.braid.agent.book.Book;
import dev.braid.base.Generation;
import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.Serial;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.step.Steps;
import java.util.Optional;

/**
 * Notes a node's word that the device of a generation is gone from its kernel. Word about an older
 * generation says nothing about the current one; it ends debts of its own generation and older
 * ones, of the same initiator. It is welcome also where the volume is gone: the debt is not. A
 * generation that neither a publication nor a debt remembers is nobody's, and word about it says
 * nothing.
 */
public final class Attest {

  private final Book book;
  private final Attestations attestations;
  private final Steps steps;

  Attest(Book book, Attestations attestations, Steps steps) {
    this.book = book;
    this.attestations = attestations;
    this.steps = steps;
  }

  /**
   * @throws InvalidInput if the pool never gave that generation out
   */
  public void attest(Serial serial, NodeName node, Generation generation) {
    if (generation.value() > book.lastGeneration()) {
      throw new InvalidInput(
          "generation",
          generation.toString(),
          "this pool has given out none above " + book.lastGeneration());
    }
    Optional<Iqn> initiator = book.initiatorOf(serial, node, generation);
    if (initiator.isPresent() && saysSomething(serial, node, initiator.get(), generation)) {
      steps.run(
          "book attestation", step -> book.attest(step, serial, node, initiator.get(), generation));
      attestations.noted();
    }
  }

  private boolean saysSomething(
      Serial serial, NodeName node, Iqn initiator, Generation generation) {
    boolean marks =
        book.publication(serial, node)
            .filter(p -> p.generation().equals(generation) && !p.attested())
            .isPresent();
    boolean ends =
        book.debts().stream()
            .anyMatch(
                d ->
                    d.serial().equals(serial)
                        && d.node().equals(node)
                        && d.initiator().equals(initiator)
                        && d.generation().compareTo(generation) <= 0);
    return marks || ends;
  }
}
