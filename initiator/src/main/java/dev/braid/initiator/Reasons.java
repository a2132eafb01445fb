package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.initiator.Parallel.Outcome;
import dev.braid.linux.iscsi.IscsiSession;
import dev.braid.linux.iscsi.IscsiSessions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Says why portals give no path: by what is seen at once, or after looking into them. */
final class Reasons {

  private final IscsiSessions sessions;
  private final Diagnosis diagnosis;
  private final Supplier<Iqn> self;

  /**
   * @param self the name that this host logs in with
   */
  Reasons(IscsiSessions sessions, Diagnosis diagnosis, Supplier<Iqn> self) {
    this.sessions = sessions;
    this.diagnosis = diagnosis;
    this.self = self;
  }

  /** What is seen of a portal without a session that is up. */
  Lack seen(Portal portal, List<IscsiSession> through) {
    if (through.isEmpty()) {
      return Lack.perhaps(Cause.OTHER, "there is no session through " + portal + " yet");
    }
    String which = through.get(0).describe();
    if (through.stream().allMatch(IscsiSession::unbound)) {
      return Lack.perhaps(
          Cause.OTHER,
          which
              + " was being ended when iscsid died, and makes no devices any more: iscsiadm -m"
              + " session -r "
              + through.get(0).id()
              + " -u ends it");
    }
    return through.stream().anyMatch(sessions::beingMade)
        ? Lack.perhaps(Cause.OTHER, which + " is being made: iscsid is at its login")
        : Lack.perhaps(
            Cause.RECOVERING,
            which
                + " lost its connection, and iscsid makes it anew: look at the network, and whether"
                + " the target serves");
  }

  static String text(Map<Portal, Lack> without) {
    return without.values().stream().map(Lack::why).collect(Collectors.joining("; "));
  }

  /** Whether what is larger than a login gets lost on the way; takes seconds if it does. */
  PacketSize.Answer large(Portal portal, Deadline deadline) {
    return diagnosis.large(portal, deadline);
  }

  /** To which of these what is larger than a login does not get, in words; takes seconds. */
  List<String> tooLarge(List<Portal> portals, Deadline deadline) {
    var tasks = new ArrayList<Callable<PacketSize.Answer>>();
    portals.forEach(portal -> tasks.add(() -> large(portal, deadline)));
    return Parallel.look("asking for packets", tasks, deadline).stream()
        .flatMap(
            outcome ->
                outcome instanceof Outcome.Done<PacketSize.Answer> done
                        && done.value() instanceof PacketSize.Answer.Lost lost
                    ? Stream.of(lost.finding().advice())
                    : Stream.empty())
        .toList();
  }

  /** Looks into those that are not sure yet, which takes seconds. */
  Map<Portal, Lack> explained(Iqn target, Map<Portal, Lack> without, Deadline deadline) {
    var explained = new LinkedHashMap<>(without);
    var open = new LinkedHashMap<>(without);
    open.values().removeIf(Lack::sure);
    var tasks = new ArrayList<Callable<Diagnosis.Finding>>();
    open.forEach(
        (portal, lack) ->
            tasks.add(() -> diagnosis.why(self.get(), target, portal, lack, deadline)));
    var outcomes = Parallel.look("looking into a portal", tasks, deadline);
    int i = 0;
    for (Portal portal : open.keySet()) {
      if (outcomes.get(i++) instanceof Outcome.Done<Diagnosis.Finding> done) {
        explained.put(portal, Lack.of(done.value()));
      }
    }
    return explained;
  }
}
