package dev.braid.controller;

import dev.braid.base.BootId;
import dev.braid.base.Deadline;
import dev.braid.base.NodeName;
import dev.braid.base.VolumeId;
import dev.braid.base.error.NotFound;
import dev.braid.base.step.Steps;
import dev.braid.rpc.HeadClient;
import dev.braid.rpc.HeadVolume.Publication;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Takes a volume from a node with the word that the node left in its Initiator (rule 7).
 *
 * <p>A word is carried to the head only here, and for a recorded debt: carried as soon as it is
 * heard, it would still stand at the head when the node stages the volume again. And what was heard
 * may have been taken back the moment after. So the head is first told to unmap the LUN; when that
 * is done no stage can make a device any more, and the word is looked at once again: if it stands
 * now, it covers all that the node ever did with this generation. If not, the head fences.
 *
 * <p>With the API server away there is no word, and the head fences. That costs the node its
 * sessions for a moment and leaves a debt, which it answers later; to wait for the API server
 * instead would keep every volume of a lost node from moving while it is down.
 */
final class WordFirst implements Withdrawal {

  private final Heads heads;
  private final NodeWords words;
  private final Steps steps;
  private final Duration attestWait;

  /**
   * @param attestWait how long the word may take to arrive
   */
  WordFirst(Heads heads, NodeWords words, Steps steps, Duration attestWait) {
    this.heads = heads;
    this.words = words;
    this.steps = steps;
    this.attestWait = attestWait;
  }

  @Override
  public boolean withdraw(VolumeId volume, Optional<NodeName> node, Deadline deadline) {
    HeadClient head = heads.serving(volume.pool());
    List<Publication> publications = publications(head, volume, node, deadline);
    Deadline patience = deadline.atMost(attestWait).atMost(deadline.left().dividedBy(2));
    for (Publication publication : publications) {
      if (!publication.attested() && words.await(volume, publication, patience)) {
        carry(head, volume, publication, deadline);
      }
    }
    boolean fenced =
        steps.call(
            "head: unpublish", step -> head.unpublish(step, volume, node, Duration.ZERO, deadline));
    node.ifPresent(words::answered);
    publications.forEach(publication -> words.answered(publication.node()));
    return fenced;
  }

  private static List<Publication> publications(
      HeadClient head, VolumeId volume, Optional<NodeName> node, Deadline deadline) {
    try {
      return head.getVolume(volume, deadline).publications().stream()
          .filter(p -> node.isEmpty() || node.get().equals(p.node()))
          .toList();
    } catch (NotFound e) {
      return List.of(); // then there is nothing to wait for, and the head says the rest
    }
  }

  private void carry(HeadClient head, VolumeId volume, Publication publication, Deadline deadline) {
    NodeName node = publication.node();
    steps.run("head: withdraw", step -> head.withdraw(step, volume, Optional.of(node), deadline));
    Optional<BootId> standing = words.standing(volume, publication);
    standing.ifPresent(
        boot ->
            steps.run(
                "head: attest",
                step -> head.attest(step, volume, node, publication.generation(), boot, deadline)));
  }
}
