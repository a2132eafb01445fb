package dev.braid.controller;

import dev.braid.base.BootId;
import dev.braid.base.Deadline;
import dev.braid.base.Generation;
import dev.braid.base.NodeName;
import dev.braid.base.VolumeId;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.Busy;
import dev.braid.base.error.InvalidInput;
import dev.braid.san.AttestedGeneration;
import dev.braid.san.InitiatorApi;
import dev.braid.san.InitiatorStatus;
import dev.braid.san.NodeInitiator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears the nodes' words, and wakes who waits for one. What a watch has told is enough to stop
 * waiting; what is carried to a head is read anew.
 */
final class NodeWords implements InitiatorApi.Watcher {

  private static final Logger log = LoggerFactory.getLogger(NodeWords.class);

  private final InitiatorApi api;
  private final Consumer<NodeName> changed;
  private final Map<NodeName, InitiatorStatus> heard = new ConcurrentHashMap<>();
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
      heard.put(initiator.node(), initiator.status());
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
   * @return whether the word was seen, at the latest at the deadline
   */
  boolean await(NodeName node, VolumeId volume, Generation generation, Deadline deadline) {
    if (standing(node, volume, generation).isPresent()) {
      return true; // what a watch has told may be of before
    }
    lock.lock();
    try {
      while (!heardOf(node, volume, generation)) {
        if (deadline.passed()) {
          return false;
        }
        var unused = news.await(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Busy("the call was ended while it waited for node " + node);
    } finally {
      lock.unlock();
    }
  }

  private boolean heardOf(NodeName node, VolumeId volume, Generation generation) {
    InitiatorStatus status = heard.get(node);
    return status != null && status.attests(volume, generation);
  }

  /** The word as it stands in the API server now; none also where that cannot be known. */
  Optional<BootId> standing(NodeName node, VolumeId volume, Generation generation) {
    try {
      return api.find(node).stream()
          .flatMap(i -> i.status().words().stream())
          .filter(word -> word.isOf(volume, generation))
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
