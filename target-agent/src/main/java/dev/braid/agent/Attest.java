package dev.braid.agent;

import dev.braid.agent.book.Book;
import dev.braid.base.Generation;
import dev.braid.base.NodeName;
import dev.braid.base.Serial;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.step.Steps;

/**
 * Notes a node's word that the device of a generation is gone from its kernel. Word about an older
 * generation says nothing about the current one; it ends debts of its own generation and older
 * ones. It is welcome also where the volume is gone: the debt is not.
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
    if (saysSomething(serial, node, generation)) {
      steps.run("book attestation", step -> book.attest(step, serial, node, generation));
      attestations.noted();
    }
  }

  private boolean saysSomething(Serial serial, NodeName node, Generation generation) {
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
                        && d.generation().compareTo(generation) <= 0);
    return marks || ends;
  }
}
