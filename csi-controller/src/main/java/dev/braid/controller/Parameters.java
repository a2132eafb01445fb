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
   *     that is not what was meant. The message reaches the person as an Event on the claim
   */
  static Parameters parse(Map<String, String> map, Topology topology) {
    known(map);
    String pool = map.get(POOL);
    if (pool == null) {
      throw new InvalidInput(
          "parameter '"
              + POOL
              + "' is missing: make the StorageClass anew with one of "
              + pools(topology));
    }
    return new Parameters(
        topology.pools().stream()
            .filter(known -> known.name().equals(pool))
            .findFirst()
            .orElseThrow(() -> unknown(pool, topology)));
  }

  static void known(Map<String, String> map) {
    var unknown = new TreeSet<>(map.keySet());
    unknown.removeAll(KNOWN);
    unknown.removeIf(key -> key.startsWith(OF_THE_SIDECARS));
    if (!unknown.isEmpty()) {
      throw new InvalidInput(
          "parameter",
          String.join(", ", unknown),
          "unknown; known are "
              + new TreeSet<>(KNOWN)
              + ". Make the StorageClass anew without it: its parameters cannot be changed");
    }
  }

  private static InvalidInput unknown(String pool, Topology topology) {
    return new InvalidInput(
        "parameter '" + POOL + "':",
        pool,
        topology.source()
            + " knows "
            + pools(topology)
            + ". Make the StorageClass anew with one of these, or name the pool there, with its"
            + " head");
  }

  private static TreeSet<String> pools(Topology topology) {
    var pools = new TreeSet<String>();
    topology.pools().forEach(pool -> pools.add(pool.name()));
    return pools;
  }
}
