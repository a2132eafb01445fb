package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Wwid;
import dev.braid.base.step.Steps;
import dev.braid.linux.multipath.change.SeenList;
import java.nio.file.Path;

/** What multipath-tools remember of a LUN after its map is gone. */
final class Seen {

  private final SeenList wwids;
  private final SeenList bindings;
  private final Steps steps;

  Seen(Path multipath, Steps steps) {
    this.wwids = new SeenList(multipath.resolve("wwids"), SeenList.Form.WWIDS);
    this.bindings = new SeenList(multipath.resolve("bindings"), SeenList.Form.BINDINGS);
    this.steps = steps;
  }

  /**
   * Before the first path appears: so udev's rules give it to multipath at once, and multipathd
   * makes a map of it even where {@code find_multipaths} is {@code strict}, without being asked.
   */
  void remember(Wwid wwid, Deadline deadline) {
    if (!wwids.has(wwid)) {
      steps.run("remember WWID", step -> wwids.remember(step, wwid, deadline));
    }
  }

  void forget(Wwid wwid, Deadline deadline) {
    if (wwids.has(wwid)) {
      steps.run("forget WWID", step -> wwids.forget(step, wwid, deadline));
    }
    if (bindings.has(wwid)) {
      steps.run("forget map name", step -> bindings.forget(step, wwid, deadline));
    }
  }
}
