package dev.braid.linux.dm;

import dev.braid.linux.DeviceNumber;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A multipath map's line of status.
 *
 * @param active for each path whether the kernel uses it ({@code A}) or has failed it ({@code F})
 */
public record MultipathStatus(Map<DeviceNumber, Boolean> active) {

  /** Of a map without paths. */
  static final MultipathStatus NONE = new MultipathStatus(Map.of());

  public MultipathStatus {
    active = Map.copyOf(active);
  }

  /** Reads what the kernel prints after {@code multipath}. */
  public static MultipathStatus parse(String text) {
    var words = new MultipathTable.Words(text);
    words.counted(); // queueing and initialising
    words.counted(); // the hardware handler
    int groups = words.number();
    words.number(); // the group in use
    var active = new LinkedHashMap<DeviceNumber, Boolean>();
    for (int group = 0; group < groups; group++) {
      words.word(); // the group's state
      words.counted();
      int count = words.number();
      int arguments = words.number();
      for (int path = 0; path < count; path++) {
        DeviceNumber device = words.device();
        active.put(device, words.word().equals("A"));
        words.number(); // how often it failed
        words.skip(arguments);
      }
    }
    return new MultipathStatus(active);
  }

  public int activePaths() {
    return (int) active.values().stream().filter(a -> a).count();
  }
}
