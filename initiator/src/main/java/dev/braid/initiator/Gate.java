package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Ticker;
import dev.braid.base.error.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this host is fit for an attach. Closed, it says what is wrong and what to do, and no
 * volume is attached; what is attached already, and every detach, goes on.
 *
 * <p>It looks when it is asked, at most every some seconds while all is well: then an attach costs
 * a comparison. While it is closed every question is a new look, so what was put right counts at
 * once. Safe for many threads.
 */
public final class Gate {

  private static final Logger log = LoggerFactory.getLogger(Gate.class);

  private static final Duration FRESH = Duration.ofSeconds(15);

  /** Versions change with a package only, and asking starts programs. */
  private static final Duration VERSIONS_FRESH = Duration.ofMinutes(10);

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final HostLook look;
  private final Ticker ticker;
  private List<String> quick = List.of("nobody has looked at this host yet");
  private List<String> versions = List.of();
  private long quickAt;
  private long versionsAt;
  private boolean asked;

  Gate(HostLook look, Ticker ticker) {
    this.look = look;
    this.ticker = ticker;
  }

  /**
   * @throws Refused with all that is wrong
   */
  public void check() {
    List<String> wrong = wrong();
    if (!wrong.isEmpty()) {
      throw new Refused("this host is not fit to attach a volume: " + String.join("; ", wrong));
    }
  }

  /** What is wrong now; empty if it is open. */
  public synchronized List<String> wrong() {
    long now = ticker.nanos();
    Deadline deadline = Deadline.after(PATIENCE, ticker);
    List<String> before = all();
    if (!asked || !versions.isEmpty() || now - versionsAt > VERSIONS_FRESH.toNanos()) {
      versions = look.versions(deadline);
      versionsAt = now;
    }
    if (!asked || !quick.isEmpty() || now - quickAt > FRESH.toNanos()) {
      quick = look.quick(deadline);
      quickAt = now;
    }
    List<String> after = all();
    if (!asked || !after.equals(before)) {
      say(after);
    }
    asked = true;
    return after;
  }

  private List<String> all() {
    var all = new ArrayList<>(quick);
    all.addAll(versions);
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
