package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Wwid;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.Busy;
import dev.braid.base.step.Steps;
import dev.braid.linux.lock.Lock;
import dev.braid.linux.lock.Locks;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has multipath forget what is detached, when the call is over: its lists are locked by others, and
 * written to a disk. Whatever is at work on a LUN goes first; what is attached again is kept.
 *
 * <p>multipathd reads {@code wwids} for each device, so a line taken out is forgotten at once. The
 * names in {@code bindings} it keeps in memory from 0.9.7 on: it reads the file anew when it sees
 * that it changed, but a name that it gives just then has it write all that it knew before, by a
 * new file in the place of this one. Then the line is back, and says of a LUN that is gone which
 * name it had; that LUN's name is nobody else's meanwhile, and if it is attached again, its next
 * detach takes the line out. To make multipathd read its settings for that would disturb all maps.
 *
 * <p>Not for several threads.
 */
final class Pruning {

  private static final Logger log = LoggerFactory.getLogger(Pruning.class);

  /** For the lock of one list, which everybody holds for one read and one write. */
  private static final Duration LIST = Duration.ofSeconds(5);

  private final GoneLuns gone;
  private final Seen seen;
  private final KnownLuns known;
  private final Predicate<Wwid> mapped;
  private final Locks locks;
  private final Steps steps;

  /**
   * @param mapped whether a LUN has a map
   */
  Pruning(
      GoneLuns gone, Seen seen, KnownLuns known, Predicate<Wwid> mapped, Locks locks, Steps steps) {
    this.gone = gone;
    this.seen = seen;
    this.known = known;
    this.mapped = mapped;
    this.locks = locks;
    this.steps = steps;
  }

  /**
   * One try for each LUN that is gone. What somebody is at work on is done at a later look.
   *
   * @throws BraidException the first failure; the others were tried before it is thrown
   */
  void look() {
    @Nullable BraidException failure = null;
    for (Wwid wwid : gone.all()) {
      try {
        prune(wwid);
      } catch (BraidException e) {
        failure = Objects.requireNonNullElse(failure, e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void prune(Wwid wwid) {
    try (Lock volume = lock(wwid)) {
      if (known.has(wwid) || mapped.test(wwid)) {
        return; // attached again; its next detach ends here, too
      }
      seen.forget(wwid, Deadline.after(LIST));
      steps.run("forget LUN that is gone", step -> gone.forget(step, wwid));
    } catch (Busy e) {
      log.debug("multipath remembers {} for now: {}", wwid, e.getMessage());
    }
  }

  private Lock lock(Wwid wwid) {
    return locks.exclusive(LockNames.volume(wwid), "forget", Deadline.after(Duration.ZERO));
  }
}
