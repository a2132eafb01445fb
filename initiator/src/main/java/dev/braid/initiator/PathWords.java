package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Wwid;
import dev.braid.initiator.Parallel.Outcome;
import dev.braid.linux.iscsi.IscsiSession;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Has paths say who they are, all at once: one that is silent costs the others no time. */
final class PathWords {

  private final Identity identity;

  /**
   * @param identity may be left behind in a thread of its own
   */
  PathWords(Identity identity) {
    this.identity = identity;
  }

  /** In the order of the paths. One whose session is down is silent, and not even asked. */
  List<PathCheck> of(Wwid expected, List<PathFinder.Path> paths, Deadline deadline) {
    var tasks = new ArrayList<Callable<PathCheck>>();
    for (PathFinder.Path path : paths) {
      boolean up = path.session().map(IscsiSession::up).orElse(false);
      tasks.add(
          () -> PathCheck.of(expected, path.device(), identity.ask(path.device(), up, deadline)));
    }
    List<Outcome<PathCheck>> outcomes =
        Parallel.look("asking a path", tasks, deadline.atMost(Identity.ASK));
    var words = new ArrayList<PathCheck>();
    for (int i = 0; i < paths.size(); i++) {
      words.add(
          outcomes.get(i) instanceof Outcome.Done<PathCheck> done
              ? done.value()
              : PathCheck.of(
                  expected,
                  paths.get(i).device(),
                  Identity.Word.silent("it was not asked in time")));
    }
    return words;
  }
}
