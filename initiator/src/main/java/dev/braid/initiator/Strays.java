package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.error.Busy;
import dev.braid.linux.proc.Programs;
import dev.braid.linux.proc.Programs.Running;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a killed plugin left running: its locks went with it, but an iscsiadm that it had started
 * logs in or out all the same, and would do so in the middle of our own work (rule 12). They end by
 * themselves, and are waited for; nobody's process is killed.
 */
final class Strays {

  private static final Logger log = LoggerFactory.getLogger(Strays.class);

  private final Programs programs;
  private final OwnPortals own;
  private List<Running> left;

  /** Made before this process runs an iscsiadm of its own: whatever runs now is another's. */
  Strays(Programs programs, OwnPortals own) {
    this.programs = programs;
    this.own = own;
    this.left = programs.named("iscsiadm");
    left.forEach(stray -> log.warn("{} of an earlier plugin may still run", stray.describe()));
  }

  /**
   * @throws Busy naming one that still runs at the deadline
   */
  synchronized void await(Deadline deadline) {
    var pause = new Backoff();
    while (true) {
      List<Iqn> targets = own.targets();
      left = left.stream().filter(programs::runs).filter(s -> concerns(s, targets)).toList();
      if (left.isEmpty()) {
        return;
      }
      if (deadline.passed()) {
        throw new Busy(
            left.get(0).describe() + ", left by an earlier plugin, still runs; try again");
      }
      pause.await(deadline);
    }
  }

  private static boolean concerns(Running stray, List<Iqn> targets) {
    List<String> command = stray.command();
    boolean session = command.contains("session") && command.contains("-u");
    return session || targets.stream().map(Iqn::name).anyMatch(command::contains);
  }
}
