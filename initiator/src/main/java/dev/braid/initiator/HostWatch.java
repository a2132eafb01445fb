package dev.braid.initiator;

import dev.braid.base.Repeater;
import dev.braid.base.error.BraidException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at this host on threads of its own, where nobody waits for it, until it is closed. */
public final class HostWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(HostWatch.class);

  private static final Duration LOOK = Duration.ofMinutes(1);

  private final Repeater looking;

  private HostWatch(Repeater looking) {
    this.looking = looking;
  }

  /**
   * @param gate says what was found, and what has changed on this host while nobody called
   */
  static HostWatch start(List<Doubt> doubts, Gate gate, PathLosses losses) {
    // It waits in the kernel, where nothing wakes it: it ends with the process.
    Repeater.of("lost paths", losses::listen).wake();
    return new HostWatch(
        Repeater.every(
            LOOK,
            "this host",
            () -> {
              doubts.forEach(HostWatch::look);
              List<String> unused = gate.wrong();
            }));
  }

  /** What one cannot see is no reason for the others not to look. */
  private static void look(Doubt doubt) {
    try {
      doubt.look();
    } catch (BraidException e) {
      log.warn("a look at this host failed; trying again: {}", e.messageAndCause());
    }
  }

  @Override
  public void close() {
    looking.close();
  }
}
