package dev.braid.controller;

import dev.braid.base.BootId;
import dev.braid.base.Deadline;
import dev.braid.base.Generation;
import dev.braid.base.NodeName;
import dev.braid.base.PoolName;
import dev.braid.base.VolumeId;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.HeadUnreachable;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.NotFound;
import dev.braid.base.error.NotTrusted;
import dev.braid.base.step.Steps;
import dev.braid.rpc.HeadClient;
import dev.braid.rpc.HeadDebt;
import dev.braid.san.AttestedGeneration;
import dev.braid.san.InitiatorApi;
import dev.braid.san.NodeInitiator;
import dev.braid.san.OwedGeneration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a node's Initiator say what the pools' books say (rule 14): carries words that answer a
 * debt to the head, writes the debts that are left, and removes words that nobody needs any more. A
 * word about a publication that is still there stays: it is carried when that is withdrawn.
 */
final class DebtMirror {

  private static final Logger log = LoggerFactory.getLogger(DebtMirror.class);

  /** For one call: a head that hangs is given up for this pass. */
  private static final Duration HEAD = Duration.ofSeconds(10);

  private static final Comparator<OwedGeneration> ORDER =
      Comparator.comparing(OwedGeneration::volume).thenComparing(OwedGeneration::generation);

  private final InitiatorApi api;
  private final Topology topology;
  private final Heads heads;
  private final Steps steps;

  DebtMirror(InitiatorApi api, Topology topology, Heads heads, Steps steps) {
    this.api = api;
    this.topology = topology;
    this.heads = heads;
    this.steps = steps;
  }

  /** What one pool's book says of a node. */
  private record Found(List<OwedGeneration> debts, Set<AttestedGeneration> settled) {}

  /**
   * @param silent pools whose head did not answer a moment ago; they are not asked, and those found
   *     silent now are added
   * @throws BraidException if a head or the API server could not be asked; what could be done is
   */
  void mirror(NodeName node, Set<PoolName> silent, Deadline deadline) {
    var now = api.find(node);
    if (now.isEmpty()) {
      return; // the book keeps what is owed; it is mirrored when the node is back
    }
    var asked = new HashSet<PoolName>();
    var debts = new ArrayList<OwedGeneration>();
    var settled = new HashSet<AttestedGeneration>();
    @Nullable BraidException failure = null;
    for (PoolName pool : topology.pools()) {
      if (silent.contains(pool)) {
        continue;
      }
      try {
        Found found = ask(pool, now.get(), deadline);
        debts.addAll(found.debts());
        settled.addAll(found.settled());
        asked.add(pool);
      } catch (HeadUnreachable | NotTrusted | DeadlinePassed e) {
        silent.add(pool);
        failure = Objects.requireNonNullElse(failure, e);
      } catch (BraidException e) { // of this node alone
        failure = Objects.requireNonNullElse(failure, e);
      }
    }
    var unused =
        steps.call(
            "mirror debts",
            step ->
                api.change(
                    step,
                    node,
                    before -> {
                      var owed = new ArrayList<>(debts);
                      before.owed().stream()
                          .filter(
                              debt ->
                                  poolOf(debt.volume()).map(p -> !asked.contains(p)).orElse(false))
                          .forEach(owed::add);
                      // In one order whoever writes it, or two controllers would never be done.
                      owed.sort(ORDER);
                      return before.without(settled::contains).owing(owed);
                    },
                    deadline));
    if (failure != null) {
      throw failure;
    }
  }

  private Found ask(PoolName pool, NodeInitiator of, Deadline deadline) {
    NodeName node = of.node();
    HeadClient head = heads.serving(pool);
    var words =
        of.status().words().stream()
            .filter(word -> poolOf(word.volume()).equals(Optional.of(pool)))
            .toList();
    // Publications before debts: one that is fenced in between is then found as its debt.
    var settled = new HashSet<AttestedGeneration>();
    for (AttestedGeneration word : words) {
      if (!published(head, node, word, deadline.atMost(HEAD))) {
        settled.add(word);
      }
    }
    List<HeadDebt> owed = head.debts(pool, node, deadline.atMost(HEAD));
    boolean answered =
        owed.stream().anyMatch(debt -> answeredBy(of, debt).isPresent())
            && answer(head, node, owed, deadline);
    List<HeadDebt> left = answered ? head.debts(pool, node, deadline.atMost(HEAD)) : owed;
    return new Found(
        left.stream()
            .map(
                debt ->
                    OwedGeneration.of(
                        debt.volume(), debt.generation(), debt.initiator(), debt.since()))
            .toList(),
        settled);
  }

  private static boolean published(
      HeadClient head, NodeName node, AttestedGeneration word, Deadline deadline) {
    try {
      return head.getVolume(VolumeId.parse(word.volume()), deadline).publications().stream()
          .anyMatch(p -> p.node().equals(node) && p.generation().value() == word.generation());
    } catch (NotFound e) {
      return false;
    }
  }

  /**
   * A word about a later generation answers too: what was before it is gone. But a machine that
   * took over the node's name knows nothing of its predecessor's kernel.
   */
  private static Optional<AttestedGeneration> answeredBy(NodeInitiator of, HeadDebt debt) {
    return of.status().words().stream()
        .filter(word -> word.volume().equals(debt.volume().toString()))
        .filter(word -> word.generation() >= debt.generation().value())
        .filter(word -> of.iqn().equals(debt.initiator()))
        .findFirst();
  }

  /**
   * Answers debts with the words that stand now. What stood before the debt was booked may have
   * been taken back before it, by a stage; what stands after it is true for ever, for the LUN is
   * unmapped.
   *
   * @return whether one was answered
   */
  private boolean answer(HeadClient head, NodeName node, List<HeadDebt> owed, Deadline deadline) {
    Optional<NodeInitiator> now = api.find(node);
    boolean answered = false;
    for (HeadDebt debt : owed) {
      Optional<AttestedGeneration> word = now.flatMap(of -> answeredBy(of, debt));
      if (word.isPresent()) {
        answer(head, debt, word.get(), deadline.atMost(HEAD));
        answered = true;
      }
    }
    return answered;
  }

  private void answer(HeadClient head, HeadDebt debt, AttestedGeneration word, Deadline deadline) {
    // In the debt's own generation, so that it can touch no publication.
    Generation generation = debt.generation();
    steps.run(
        "head: attest debt",
        step ->
            head.attest(
                step, debt.volume(), debt.node(), generation, new BootId(word.bootId()), deadline));
    log.info(
        "node {} owes volume {}, generation {}, no more", debt.node(), debt.volume(), generation);
  }

  private static Optional<PoolName> poolOf(String volume) {
    try {
      return Optional.of(VolumeId.parse(volume).pool());
    } catch (InvalidInput e) {
      return Optional.empty();
    }
  }
}
