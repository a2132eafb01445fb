package dev.braid.initiator;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether what is still to be written to a LUN gets there.
 *
 * @param why not, by each of its paths; empty if it does
 */
public record Reach(State state, String why) {

  /** What of the LUN is in reach. */
  public enum State {
    /** A path answers as the LUN, and I/O goes by it. */
    WORKS,
    /**
     * A path answers as the LUN, and I/O goes by none: LIO itself answers who it is, also while the
     * storage behind it does not; and multipathd takes a path back only when it has read from it.
     */
    ANSWERS,
    /** As that, and what is written does not wait for a path, but fails. */
    FAILS,
    /** No path answers as the LUN, or its map leads to none. */
    LOST
  }

  /**
   * One way to the LUN.
   *
   * @param used whether device-mapper sends I/O by it
   * @param by the session that it came by, in words; empty if there is none
   */
  record Way(PathCheck word, boolean used, String by) {

    private String why() {
      String why =
          word.ours()
              ? word.device().describe()
                  + ": it answers, but device-mapper has failed it, and multipathd has not read from"
                  + " it since"
              : word.why();
      return by.isEmpty() ? why : why + ", by " + by;
    }
  }

  /**
   * @param waits whether I/O waits where it has no path
   */
  static Reach of(List<Way> ways, boolean waits) {
    if (ways.isEmpty()) {
      return new Reach(State.LOST, "it has no path at all");
    }
    var why = new ArrayList<String>();
    State best = State.LOST;
    for (Way way : ways) {
      if (way.word().ours()) {
        if (way.used()) {
          return new Reach(State.WORKS, "");
        }
        best = waits ? State.ANSWERS : State.FAILS;
      }
      why.add(way.why());
    }
    return new Reach(best, String.join("; ", why));
  }
}
