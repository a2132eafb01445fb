package dev.braid.initiator;

import dev.braid.base.Deadline;
import dev.braid.base.Wwid;
import dev.braid.linux.dm.DeviceMapper;
import java.util.ArrayList;
import java.util.List;

/** Looks in the kernel what there is of a LUN. Changes nothing. */
public final class Look {

  private final DeviceMapper dm;
  private final PathFinder finder;

  Look(DeviceMapper dm, PathFinder finder) {
    this.dm = dm;
    this.finder = finder;
  }

  /**
   * Its map and its paths, in words; empty where there is nothing. The same look by which a detach
   * proves its work. An attach that runs meanwhile makes it worthless: the caller sees to it that
   * none does.
   */
  public List<String> at(Wwid wwid, Deadline deadline) {
    var found = new ArrayList<String>();
    dm.multipath(wwid).ifPresent(map -> found.add("map " + map.name()));
    finder.pathsOf(wwid, deadline).forEach(path -> found.add("path " + path.device().describe()));
    return found;
  }
}
