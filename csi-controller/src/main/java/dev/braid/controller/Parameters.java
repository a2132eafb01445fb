package dev.braid.controller;

import dev.braid.base.PoolName;
import dev.braid.base.error.InvalidInput;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a StorageClass says.
 *
 * @param pool where the volume is to be
 */
record Parameters(PoolName pool) {

  private static final String POOL = "pool";
  private static final Set<String> KNOWN = Set.of(POOL);

  /** The sidecars' own, such as the claim's name; they may pass. */
  private static final String OF_THE_SIDECARS = "csi.storage.k8s.io/";

  /**
   * @throws InvalidInput naming what is missing or unknown: a typing error must not become a volume
   *     that is not what was meant
   */
  static Parameters parse(Map<String, String> map) {
    known(map);
    String pool = map.get(POOL);
    if (pool == null) {
      throw new InvalidInput("parameter 'pool' is missing: say in the StorageClass which pool");
    }
    return new Parameters(new PoolName(pool));
  }

  static void known(Map<String, String> map) {
    var unknown = new TreeSet<>(map.keySet());
    unknown.removeAll(KNOWN);
    unknown.removeIf(key -> key.startsWith(OF_THE_SIDECARS));
    if (!unknown.isEmpty()) {
      throw new InvalidInput(
          "parameter", unknown.first(), "unknown; known are " + new TreeSet<>(KNOWN));
    }
  }
}
