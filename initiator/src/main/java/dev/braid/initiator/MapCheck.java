package dev.braid.initiator;

import dev.braid.linux.DeviceNumber;
import java.util.List;

/**
 * How a map's paths compare with those that were verified.
 *
 * @param missing verified, and not in the map yet
 * @param unverified in the map, and not among those that said who they are
 */
record MapCheck(List<DeviceNumber> missing, List<DeviceNumber> unverified) {

  static MapCheck of(List<DeviceNumber> inMap, List<DeviceNumber> verified) {
    return new MapCheck(
        verified.stream().filter(v -> !inMap.contains(v)).toList(),
        inMap.stream().filter(m -> !verified.contains(m)).toList());
  }
}
