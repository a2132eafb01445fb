package dev.braid.node;

import dev.braid.base.Deadline;
import dev.braid.base.Generation;
import dev.braid.base.NodeName;
import dev.braid.base.Repeater;
import dev.braid.base.VolumeId;
import dev.braid.base.error.Busy;
import dev.braid.base.step.Steps;
import dev.braid.san.InitiatorApi;
import dev.braid.san.InitiatorApi.Watch;
import dev.braid.san.NodeInitiator;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of the node's word by its Initiator (rules 7 and 8). Threads of its own: one gives words,
 * one answers debts, which may take a detach, and must not keep a word waiting. Both look at what
 * there is each time and do what is left; neither needs to remember anything. A third wakes the
 * first while a word stands that nobody has told to be heard: a watch may be dead and not know it.
 */
final class InitiatorChannel implements Attestor, AutoCloseable {

  private static final Duration PASS = Duration.ofSeconds(60);

  /** How long a word may stand before somebody looks whether it was heard. */
  static final Duration UNTOLD = Duration.ofSeconds(10);

  private final NodeName node;
  private final StageRecords records;
  private final Supplier<InitiatorApi> connect;
  private final Introduction introduction;
  private final Words words;
  private final Debts debts;
  private final Steps steps;
  private final Repeater giving;
  private final Repeater answering;
  private final Repeater untold;

  /**
   * All stages after a boot change one object: in turn, or each would meet the others' versions.
   */
  private final ReentrantLock withdrawing = new ReentrantLock(true);

  private @Nullable InitiatorApi api;
  private @Nullable Watch watch;

  /**
   * @param connect makes the client: late, for it costs more time than all the rest of a start
   */
  InitiatorChannel(
      NodeName node,
      StageRecords records,
      Supplier<InitiatorApi> connect,
      Introduction introduction,
      Words words,
      Debts debts,
      Steps steps) {
    this.node = node;
    this.records = records;
    this.connect = connect;
    this.introduction = introduction;
    this.words = words;
    this.debts = debts;
    this.steps = steps;
    this.giving = Repeater.of("words to the Initiator", this::give);
    this.answering = Repeater.of("debts of the Initiator", this::answer);
    this.untold = Repeater.every(UNTOLD, "words nobody has told of", this::lookAgain);
  }

  /** Begins, and returns at once. */
  void start() {
    giving.wake();
  }

  private void give() {
    var deadline = Deadline.after(PASS);
    InitiatorApi connected = api();
    boolean ours = introduction.introduce(connected, words::areGoneUnheard, deadline);
    watch(connected);
    if (ours && words.give(connected, deadline)) {
      answering.wake(); // a debt that was left to the record
    }
  }

  /** Costs the API server nothing while no word stands. */
  private void lookAgain() {
    if (!records.gone().isEmpty()) {
      giving.wake();
    }
  }

  private void answer() {
    debts.answer(api(), PASS);
  }

  @Override
  public void gone(VolumeId volume, Optional<StageRecord> record) {
    if (record.isEmpty()) {
      records.remove(volume);
    } else if (record.get().isStaged()) {
      records.write(record.get().gone());
    }
    giving.wake();
    answering.wake(); // what was left to this unstage may be a debt
  }

  @Override
  public void withdraw(VolumeId volume, Generation generation, Deadline deadline) {
    // The record goes first: from here on nobody gives this word any more. Then the Initiator is
    // changed in any case: a word that was on its way meets the new version, and is not written.
    words.withdrawn(volume, generation);
    records.remove(volume);
    inTurn(deadline);
    try {
      var unused =
          steps.call(
              "withdraw word",
              step -> api().change(step, node, now -> now.withdrawn(volume, generation), deadline));
    } finally {
      withdrawing.unlock();
    }
  }

  /** Not for longer than the call may take: it holds the volume, which an unstage may want. */
  private void inTurn(Deadline deadline) {
    try {
      if (!withdrawing.tryLock(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
        throw new Busy(
            "other volumes' stages were still waiting for the API server when this one's time was"
                + " up");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Busy("the call was ended while it waited for other volumes' stages");
    }
  }

  private synchronized InitiatorApi api() {
    if (api == null) {
      api = connect.get();
    }
    return api;
  }

  private synchronized void watch(InitiatorApi connected) {
    if (watch == null) {
      watch =
          connected.watch(
              Optional.of(node),
              new InitiatorApi.Watcher() {
                @Override
                public void now(NodeInitiator initiator) {
                  giving.wake();
                  if (!initiator.status().owed().isEmpty()) {
                    answering.wake();
                  }
                }

                @Override
                public void gone(NodeName gone) {
                  giving.wake();
                }
              });
    }
  }

  @Override
  public void close() {
    untold.close();
    giving.close();
    answering.close();
    synchronized (this) {
      if (watch != null) {
        watch.close();
      }
      if (api != null) {
        api.close();
      }
    }
  }
}
