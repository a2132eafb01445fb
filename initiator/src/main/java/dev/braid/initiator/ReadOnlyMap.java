package dev.braid.initiator;

import dev.braid.linux.dm.DmDevice;

/** A map that takes no writes any more, in words. */
public final class ReadOnlyMap {

  private ReadOnlyMap() {}

  /** What happened to it, and what to do. */
  public static String text(DmDevice map) {
    return map.describe()
        + " is read-only: one of its paths was write-protected, and multipathd turned the map with"
        + " it. It is made anew once the volume was unstaged: end the pods that use it on this node";
  }
}
