package dev.braid.initiator;

import dev.braid.base.Iqn;
import java.util.List;

/**
 * How this host sees a target at one moment.
 *
 * @param portals one for each that an attached LUN of the target is to have
 */
public record TargetHealth(Iqn target, List<Way> portals) {

  public TargetHealth {
    portals = List.copyOf(portals);
  }

  /**
   * A portal of it.
   *
   * @param works whether there is a session through it that is up
   * @param why it does not; empty if it does
   */
  public record Way(String portal, boolean works, String why) {}

  public long working() {
    return portals.stream().filter(Way::works).count();
  }
}
