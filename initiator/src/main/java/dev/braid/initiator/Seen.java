package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Wwid;
import dev.braid.base.step.Steps;
import dev.braid.linux.multipath.SeenFile;
import dev.braid.linux.multipath.change.SeenList;
import java.nio.file.Path;

/** What multipath-tools remember of a LUN after its map is gone. */
final class Seen {

  private final SeenFile wwids;
  private final SeenFile bindings;
  private final GoneLuns gone;
  private final Steps steps;

  Seen(Path multipath, GoneLuns gone, Steps steps) {
    this.gone = gone;
    this.wwids = new SeenFile(multipath.resolve("wwids"), SeenFile.Form.WWIDS);
    this.bindings = new SeenFile(multipath.resolve("bindings"), SeenFile.Form.BINDINGS);
    this.steps = steps;
  }

  /**
   * Before the first path appears: so udev's rules give it to multipath at once, and multipathd
   * makes a map of it even where {@code find_multipaths} is {@code strict}, without being asked.
   */
  void remember(Wwid wwid, Deadline deadline) {
    if (!wwids.has(wwid)) {
      steps.run("remember WWID", step -> new SeenList(wwids).remember(step, wwid, deadline));
    }
  }

  /** It is detached: what is remembered of it is to be forgotten, by {@link Pruning}. */
  void letGo(Wwid wwid) {
    if ((wwids.has(wwid) || bindings.has(wwid)) && !gone.has(wwid)) {
      steps.run("note LUN that is gone", step -> gone.note(step, wwid));
    }
  }

  void forget(Wwid wwid, Deadline deadline) {
    if (wwids.has(wwid)) {
      steps.run("forget WWID", step -> new SeenList(wwids).forget(step, wwid, deadline));
    }
    if (bindings.has(wwid)) {
      steps.run("forget map name", step -> new SeenList(bindings).forget(step, wwid, deadline));
    }
  }
}
