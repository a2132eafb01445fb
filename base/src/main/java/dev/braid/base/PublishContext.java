package dev.braid.base;

import dev.braid.base.error.InvalidInput;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a publish tells the node: where the LUN is and who it must prove to be. The controller
 * writes it, the node reads it, and Kubernetes keeps it in a VolumeAttachment meanwhile; so an
 * earlier version's must stay readable, and it holds no secret (rule 20).
 */
public record PublishContext(
    Iqn target, List<Portal> portals, LunNumber lun, Wwid wwid, Generation generation) {

  private static final String TARGET = "targetIqn";
  private static final String PORTALS = "portals";
  private static final String LUN = "lun";
  private static final String WWID = "wwid";
  private static final String GENERATION = "generation";

  public PublishContext {
    portals = List.copyOf(portals);
    if (portals.isEmpty()) {
      throw new InvalidInput("publish context: no portal of target " + target);
    }
  }

  /** As CSI carries it. Portals are apart by a blank, for a portal's own text has a comma. */
  public Map<String, String> toMap() {
    var map = new LinkedHashMap<String, String>();
    map.put(TARGET, target.name());
    map.put(PORTALS, portals.stream().map(Portal::toString).collect(Collectors.joining(" ")));
    map.put(LUN, lun.toString());
    map.put(WWID, wwid.text());
    map.put(GENERATION, generation.toString());
    return map;
  }

  /**
   * Reads what {@link #toMap} wrote. Keys of others are let be.
   *
   * @throws InvalidInput naming the key that is missing or wrong
   */
  public static PublishContext parse(Map<String, String> map) {
    return new PublishContext(
        new Iqn(value(map, TARGET)),
        Arrays.stream(value(map, PORTALS).strip().split("\\s+")).map(Portal::parse).toList(),
        LunNumber.parse(value(map, LUN)),
        new Wwid(value(map, WWID)),
        Generation.parse(value(map, GENERATION)));
  }

  private static String value(Map<String, String> map, String key) {
    String value = map.get(key);
    if (value == null || value.isBlank()) {
      throw new InvalidInput(
          "publish context: '"
              + key
              + "' is missing; it comes from ControllerPublishVolume and must be passed unchanged");
    }
    return value;
  }
}
