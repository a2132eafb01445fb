package dev.braid.san;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.error.ApiUnreachable;
import dev.braid.base.step.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/**
 * An API server with versions and nothing else. A test may take it away, do something between the
 * reading and the writing of a change, and hold a write back as a network would.
 */
public final class FakeInitiatorApi implements InitiatorApi {

  private record Stored(NodeInitiator value, long version) {}

  private final Map<NodeName, Stored> stored =
      new TreeMap<>(java.util.Comparator.comparing(NodeName::name));
  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
  private final List<String> writes = new ArrayList<>();
  private boolean away;
  private boolean losesWrites;
  private long version;
  private Runnable beforeNextWrite = () -> {};

  /** Nobody reaches it until it is back; then watchers are told anew. */
  public synchronized void goAway() {
    away = true;
  }

  public void comeBack() {
    List<NodeInitiator> all;
    synchronized (this) {
      away = false;
      losesWrites = false;
      all = stored.values().stream().map(Stored::value).toList();
    }
    all.forEach(i -> watchers.forEach(w -> w.now(i)));
  }

  /** Run once, between the read and the write of the next change. */
  public synchronized void beforeNextWrite(Runnable what) {
    beforeNextWrite = what;
  }

  /** Writes fail from now on; reads do not. */
  public synchronized void loseWrites() {
    losesWrites = true;
  }

  /** The names of the steps that wrote something, in order. */
  public synchronized List<String> writes() {
    return List.copyOf(writes);
  }

  public synchronized InitiatorStatus status(NodeName node) {
    Stored there = stored.get(node);
    return there == null ? InitiatorStatus.EMPTY : there.value().status();
  }

  /** As an administrator does it. */
  public void delete(NodeName node) {
    synchronized (this) {
      stored.remove(node);
    }
    watchers.forEach(w -> w.gone(node));
  }

  /** As somebody else does it: past every failure that a test set up. */
  public void put(NodeName node, Iqn iqn, InitiatorStatus status) {
    putUntold(node, iqn, status);
    var now = new NodeInitiator(node, iqn, status);
    watchers.forEach(w -> w.now(now));
  }

  /** While the watches are dead without knowing it. */
  public synchronized void putUntold(NodeName node, Iqn iqn, InitiatorStatus status) {
    stored.put(node, new Stored(new NodeInitiator(node, iqn, status), ++version));
  }

  private void reach() {
    if (away) {
      throw new ApiUnreachable("the API server is away");
    }
  }

  @Override
  public synchronized List<NodeInitiator> list() {
    reach();
    return stored.values().stream().map(Stored::value).toList();
  }

  @Override
  public synchronized Optional<NodeInitiator> find(NodeName node) {
    reach();
    return Optional.ofNullable(stored.get(node)).map(Stored::value);
  }

  @Override
  public NodeInitiator make(Step step, NodeName node, Iqn iqn) {
    synchronized (this) {
      reach();
      Stored there = stored.get(node);
      if (there != null) {
        return there.value();
      }
      writes.add(step.name());
    }
    put(node, iqn, InitiatorStatus.EMPTY);
    return new NodeInitiator(node, iqn, InitiatorStatus.EMPTY);
  }

  @Override
  public Optional<InitiatorStatus> change(
      Step step, NodeName node, UnaryOperator<InitiatorStatus> change, Deadline deadline) {
    while (true) {
      deadline.check(step.name());
      Stored read;
      synchronized (this) {
        reach();
        Stored there = stored.get(node);
        if (there == null) {
          return Optional.empty();
        }
        read = there;
      }
      InitiatorStatus after = change.apply(read.value().status());
      if (after.equals(read.value().status())) {
        return Optional.of(after);
      }
      Runnable before;
      synchronized (this) {
        before = beforeNextWrite;
        beforeNextWrite = () -> {};
      }
      before.run();
      if (write(step, read, after)) {
        watchers.forEach(w -> w.now(new NodeInitiator(node, read.value().iqn(), after)));
        return Optional.of(after);
      }
    }
  }

  private synchronized boolean write(Step step, Stored read, InitiatorStatus after) {
    reach();
    if (losesWrites) {
      throw new ApiUnreachable("the write was lost");
    }
    NodeName node = read.value().node();
    Stored there = stored.get(node);
    if (there == null || there.version() != read.version()) {
      return false;
    }
    stored.put(node, new Stored(new NodeInitiator(node, read.value().iqn(), after), ++version));
    writes.add(step.name());
    return true;
  }

  @Override
  public Watch watch(Optional<NodeName> node, Watcher watcher) {
    var mine =
        new Watcher() {
          @Override
          public void now(NodeInitiator initiator) {
            if (node.isEmpty() || node.get().equals(initiator.node())) {
              watcher.now(initiator);
            }
          }

          @Override
          public void gone(NodeName gone) {
            if (node.isEmpty() || node.get().equals(gone)) {
              watcher.gone(gone);
            }
          }
        };
    List<NodeInitiator> all;
    synchronized (this) {
      all = stored.values().stream().map(Stored::value).toList();
      watchers.add(mine);
    }
    all.forEach(mine::now);
    return () -> watchers.remove(mine);
  }

  @Override
  public void close() {}
}
