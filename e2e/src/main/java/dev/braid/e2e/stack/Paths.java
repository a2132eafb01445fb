package dev.braid.e2e.stack;

import dev.braid.base.Wwid;
import dev.braid.e2e.lab.Machine;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * The paths of a volume's map on a node, as device-mapper counts them.
 *
 * @param working those it would use now
 * @param failed those it would not
 */
public record Paths(int working, int failed) {

  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Pattern PATH = Pattern.compile("\\d+:\\d+ ([AF]) ");

  /** None of either if there is no map. */
  public static Paths of(Machine node, LabVolume volume) {
    return of(node, volume.wwid());
  }

  /** None of either if there is no map. */
  public static Paths of(Machine node, Wwid wwid) {
    String status = node.exec("dmsetup status --target multipath -u mpath-" + wwid).stdout();
    int working = 0;
    int failed = 0;
    for (var m = PATH.matcher(status); m.find(); ) {
      if (m.group(1).equals("A")) {
        working++;
      } else {
        failed++;
      }
    }
    return new Paths(working, failed);
  }

  /**
   * Waits until so many paths work; the fact is the kernel's, and nothing tells this side of it.
   */
  public static void await(Machine node, LabVolume volume, int working, Duration timeout) {
    await(node, volume.wwid(), working, timeout);
  }

  /** Waits until so many paths work. */
  public static void await(Machine node, Wwid wwid, int working, Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    while (true) {
      Paths now = of(node, wwid);
      if (now.working == working) {
        return;
      }
      if (System.nanoTime() > end) {
        throw new AssertionError(
            "not "
                + working
                + " working paths to "
                + wwid
                + " on "
                + node
                + " within "
                + timeout
                + ", but "
                + now);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }
}
