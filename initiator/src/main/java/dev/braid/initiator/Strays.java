package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.error.Busy;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import dev.braid.linux.proc.Programs;
import dev.braid.linux.proc.Programs.Running;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a killed plugin left running: its locks went with it, but an iscsiadm that it had started
 * logs in or out all the same, and would do so in the middle of our own work (rule 12). They end by
 * themselves, and are waited for where the same target is at hand; nobody's process is killed.
 *
 * <p>Whose they are cannot be told: a person's, that was running when this program started, is
 * waited for as well.
 */
final class Strays {

  private static final Logger log = LoggerFactory.getLogger(Strays.class);

  private final Programs programs;
  private List<Stray> left;

  /**
   * @param targets that it works on, as far as its command line and the kernel tell
   */
  private record Stray(Running program, List<String> targets) {}

  /** Made before this process runs an iscsiadm of its own: whatever runs now is another's. */
  Strays(Programs programs, IscsiSessions sessions) {
    this.programs = programs;
    List<IscsiSession> all = sessions.all();
    this.left =
        programs.named("iscsiadm").stream()
            .map(program -> new Stray(program, targets(program.command(), all)))
            .toList();
    left.forEach(
        stray ->
            log.warn(
                "{} runs already; what needs the targets {} waits for it",
                stray.program().describe(),
                stray.targets()));
  }

  /**
   * Named as a plugin of ours does: a login names its target, a logout the number of its session. A
   * session that is gone by now has nothing left that could be done in the middle of our work.
   */
  private static List<String> targets(List<String> command, List<IscsiSession> sessions) {
    Optional<String> id = after("-r", command);
    return Stream.concat(
            after("-T", command).stream(),
            sessions.stream()
                .filter(s -> id.equals(Optional.of(Integer.toString(s.id()))))
                .map(IscsiSession::target))
        .toList();
  }

  private static Optional<String> after(String option, List<String> command) {
    int at = command.indexOf(option);
    return at < 0 || at + 1 == command.size() ? Optional.empty() : Optional.of(command.get(at + 1));
  }

  /**
   * Until none works on this target any more. Of others nobody need wait for.
   *
   * @throws Busy naming one that still runs at the deadline
   */
  void await(Iqn target, Deadline deadline) {
    var pause = new Backoff();
    Optional<Running> one = on(target);
    while (one.isPresent()) {
      if (deadline.passed()) {
        throw new Busy(
            one.get().describe()
                + ", which was running before this program was started, still works on target "
                + target
                + "; try again when it has ended");
      }
      pause.await(deadline);
      one = on(target);
    }
  }

  private synchronized Optional<Running> on(Iqn target) {
    left = left.stream().filter(stray -> programs.runs(stray.program())).toList();
    return left.stream()
        .filter(stray -> stray.targets().contains(target.name()))
        .map(Stray::program)
        .findFirst();
  }
}
