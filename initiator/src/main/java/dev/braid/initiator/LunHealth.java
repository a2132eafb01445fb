package dev.braid.initiator;

import dev.braid.base.Wwid;
import java.util.List;

/**
 * How the paths of an attached LUN are at one moment.
 *
 * @param paths one for each portal that the LUN is to have, and one for each other path of its map
 */
public record LunHealth(Wwid wwid, List<Path> paths) {

  public LunHealth {
    paths = List.copyOf(paths);
  }

  /** What a path is good for. */
  public enum State {
    /** I/O may go by it. */
    WORKING,
    /** It is in the map, and I/O does not go by it. */
    LOST,
    /** It is not in the map. */
    MISSING
  }

  /**
   * One way to the LUN.
   *
   * @param name the portal, or the device of a path that came by none that is known
   * @param why it does not work; empty if it does
   */
  public record Path(String name, State state, String why) {}

  public long working() {
    return paths.stream().filter(p -> p.state() == State.WORKING).count();
  }
}
