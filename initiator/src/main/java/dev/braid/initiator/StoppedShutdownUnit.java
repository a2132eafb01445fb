package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.Busy;
import dev.braid.linux.lock.Locks;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether {@link ShutdownUnit} waits for the shutdown. Stopped by hand it is started again, for
 * nobody else would before the plugin's next start; where that fails it is said, and stops no
 * attach.
 */
final class StoppedShutdownUnit implements Doubt {

  private static final Logger log = LoggerFactory.getLogger(StoppedShutdownUnit.class);

  /** For systemd, and for who sets this host up or takes Braid off it just now. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ShutdownUnit unit;
  private final Locks locks;
  private volatile List<String> wrong = List.of();

  StoppedShutdownUnit(ShutdownUnit unit, Locks locks) {
    this.unit = unit;
    this.locks = locks;
  }

  @Override
  public void look() {
    Deadline deadline = Deadline.after(PATIENCE);
    try (var held = locks.exclusive(LockNames.HOST, "look at the shutdown unit", deadline)) {
      unit.keep(deadline);
      wrong = List.of();
    } catch (Busy e) {
      log.debug("the shutdown unit is not looked at now: {}", e.getMessage());
    } catch (BraidException e) {
      wrong =
          List.of(
              ShutdownUnit.NAME
                  + " does not wait for the shutdown, so "
                  + ShutdownUnit.consequence()
                  + ": "
                  + e.messageAndCause()
                  + ". Look at: systemctl status "
                  + ShutdownUnit.NAME);
    }
  }

  @Override
  public List<String> found() {
    return wrong;
  }
}
