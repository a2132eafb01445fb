package dev.braid.controller;

import dev.braid.base.BootId;
import dev.braid.base.Deadline;
import dev.braid.base.NodeName;
import dev.braid.base.VolumeId;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.Busy;
import dev.braid.base.error.InvalidInput;
import dev.braid.rpc.HeadVolume.Publication;
import dev.braid.san.AttestedGeneration;
import dev.braid.san.InitiatorApi;
import dev.braid.san.NodeInitiator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears the nodes' words, and wakes who waits for one. What a watch has told is enough to stop
 * waiting; what is carried to a head is read anew. A word counts for a publication to the same
 * initiator: a machine that took over the node's name knows nothing of its predecessor's kernel.
 */
final class NodeWords implements InitiatorApi.Watcher {

  private static final Logger log = LoggerFactory.getLogger(NodeWords.class);

  private final InitiatorApi api;
  private final Consumer<NodeName> changed;
  private final Map<NodeName, NodeInitiator> heard = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();

  /**
   * @param changed told of each node whose Initiator, or whose debts, may need a look; must not
   *     wait
   */
  NodeWords(InitiatorApi api, Consumer<NodeName> changed) {
    this.api = api;
    this.changed = changed;
  }

  @Override
  public void now(NodeInitiator initiator) {
    lock.lock();
    try {
      heard.put(initiator.node(), initiator);
      news.signalAll();
    } finally {
      lock.unlock();
    }
    changed.accept(initiator.node());
  }

  @Override
  public void gone(NodeName node) {
    heard.remove(node);
  }

  /**
   * @return whether the word was seen, at the latest at the deadline and one look at the API server
   */
  boolean await(VolumeId volume, Publication publication, Deadline deadline) {
    if (!heard.containsKey(publication.node()) && standing(volume, publication).isPresent()) {
      return true; // the watch has told nothing of this node yet
    }
    // Silence may be the watch's own: a connection may be dead without telling. So look, once.
    return heardBy(volume, publication, deadline) || standing(volume, publication).isPresent();
  }

  private boolean heardBy(VolumeId volume, Publication publication, Deadline deadline) {
    lock.lock();
    try {
      while (!heardOf(volume, publication)) {
        if (deadline.passed()) {
          return false;
        }
        var unused = news.await(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Busy("the call was ended while it waited for node " + publication.node());
    } finally {
      lock.unlock();
    }
  }

  private boolean heardOf(VolumeId volume, Publication publication) {
    NodeInitiator initiator = heard.get(publication.node());
    return initiator != null && words(initiator, volume, publication).findAny().isPresent();
  }

  private static Stream<AttestedGeneration> words(
      NodeInitiator initiator, VolumeId volume, Publication publication) {
    return initiator.iqn().equals(publication.initiator())
        ? initiator.status().words().stream()
            .filter(word -> word.isOf(volume, publication.generation()))
        : Stream.of();
  }

  /** The word as it stands in the API server now; none also where that cannot be known. */
  Optional<BootId> standing(VolumeId volume, Publication publication) {
    NodeName node = publication.node();
    try {
      return api.find(node).stream()
          .flatMap(initiator -> words(initiator, volume, publication))
          .map(AttestedGeneration::bootId)
          .map(BootId::new)
          .findFirst();
    } catch (InvalidInput e) {
      log.warn("Initiator {} has a word that cannot be read: {}", node, e.getMessage());
    } catch (BraidException e) {
      log.warn("cannot read the word of node {}, so there is none: {}", node, e.getMessage());
    }
    return Optional.empty();
  }

  /** The head has answered for this node: what stands in its Initiator may be out of date. */
  void answered(NodeName node) {
    changed.accept(node);
  }
}
