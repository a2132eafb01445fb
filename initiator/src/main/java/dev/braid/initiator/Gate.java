package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Ticker;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this host is fit for an attach. Closed, it says what is wrong and what to do, and no
 * volume is attached; what is attached already, and every detach, goes on.
 *
 * <p>It looks when it is asked, at most every some seconds while all is well: then an attach costs
 * a comparison. While it is closed an answer holds for two seconds, so that what was put right
 * counts at once, and so that of many calls that come together one makes them all wait no longer
 * than a look takes. What is a {@link Doubt} only is said when it changes, and closes nothing.
 *
 * <p>There is one look at a time, on a thread of its own and with a time of its own, so that no
 * caller's deadline makes the answer of the others; each waits for it as long as it can, and nobody
 * waits for another. Safe for many threads.
 */
public final class Gate {

  private static final Logger log = LoggerFactory.getLogger(Gate.class);

  private static final Duration FRESH = Duration.ofSeconds(15);

  private static final Duration CLOSED_FRESH = Duration.ofSeconds(2);

  /** For what changes with a package only, and for which programs are started. */
  private static final Duration SELDOM = Duration.ofMinutes(10);

  private static final Duration LOOK = Duration.ofSeconds(20);

  /** A little more than a look has. */
  private static final Duration PATIENCE = Duration.ofSeconds(25);

  private static final String UNKNOWN =
      "whether this host is fit is not known yet: iscsiadm, iscsid or multipathd is slow to answer";

  private final HostLook look;
  private final Supplier<List<String>> doubts;
  private final Ticker ticker;

  // What follows is guarded by this object, and nobody waits for anything while holding it.
  private List<String> quick = List.of();
  private List<String> seldom = List.of();
  private List<String> doubtful = List.of();
  private long quickAt;
  private long seldomAt;
  private boolean asked;
  private @Nullable FutureTask<List<String>> looking;

  /**
   * @param doubts what is to be said, and does not close the gate
   */
  Gate(HostLook look, Supplier<List<String>> doubts, Ticker ticker) {
    this.look = look;
    this.doubts = doubts;
    this.ticker = ticker;
  }

  /**
   * @throws Refused with all that is wrong
   * @throws DeadlinePassed if it is not known in time
   */
  public void check(Deadline deadline) {
    List<String> wrong = ask(deadline).orElseThrow(() -> new DeadlinePassed(UNKNOWN));
    if (!wrong.isEmpty()) {
      throw new Refused("this host is not fit to attach a volume: " + String.join("; ", wrong));
    }
  }

  /** What is wrong now; empty if it is open. */
  public List<String> wrong() {
    return ask(Deadline.after(PATIENCE, ticker)).orElse(List.of(UNKNOWN));
  }

  /** What was found, at the last look, that closes nothing. */
  public synchronized List<String> doubtful() {
    return doubtful;
  }

  /** Empty if there is no answer before the deadline. */
  private Optional<List<String>> ask(Deadline deadline) {
    FutureTask<List<String>> current;
    synchronized (this) {
      if (looking == null && !stale(quick, quickAt, FRESH) && !staleSeldom()) {
        return Optional.of(all());
      }
      if (looking == null) {
        looking = begin();
      }
      current = looking;
    }
    try {
      return Optional.of(current.get(deadline.leftMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new IllegalStateException("looking at this host", e.getCause());
    }
  }

  private FutureTask<List<String>> begin() {
    boolean alsoSeldom = staleSeldom();
    var task = new FutureTask<List<String>>(() -> look(alsoSeldom));
    var thread = new Thread(task, "look at this host");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  private boolean staleSeldom() {
    return stale(seldom, seldomAt, SELDOM);
  }

  private boolean stale(List<String> answer, long at, Duration fresh) {
    Duration holds = answer.isEmpty() ? fresh : CLOSED_FRESH;
    return !asked || ticker.nanos() - at > holds.toNanos();
  }

  private List<String> look(boolean alsoSeldom) {
    try {
      Deadline deadline = Deadline.after(LOOK, ticker);
      Optional<List<String>> ofPackages =
          alsoSeldom ? Optional.of(look.seldom(deadline)) : Optional.empty();
      return seen(ofPackages, look.quick(deadline), doubts.get());
    } finally {
      synchronized (this) {
        looking = null;
      }
    }
  }

  private synchronized List<String> seen(
      Optional<List<String>> ofPackages, List<String> ofHost, List<String> ofDoubt) {
    List<String> before = all();
    if (ofPackages.isPresent()) {
      seldom = ofPackages.get();
      seldomAt = ticker.nanos();
    }
    quick = ofHost;
    quickAt = ticker.nanos();
    List<String> after = all();
    if (!asked || !after.equals(before)) {
      say(after);
    }
    asked = true;
    ofDoubt.stream()
        .filter(doubt -> !doubtful.contains(doubt))
        .forEach(doubt -> log.warn("not right, though no attach is refused for it: {}", doubt));
    doubtful.stream()
        .filter(doubt -> !ofDoubt.contains(doubt))
        .forEach(doubt -> log.info("not so any more: {}", doubt));
    doubtful = List.copyOf(ofDoubt);
    return after;
  }

  private List<String> all() {
    var all = new ArrayList<>(quick);
    all.addAll(seldom);
    return all;
  }

  private static void say(List<String> wrong) {
    if (wrong.isEmpty()) {
      log.info("this host is fit to attach volumes");
    } else {
      wrong.forEach(why -> log.warn("no volume can be attached here: {}", why));
    }
  }
}
