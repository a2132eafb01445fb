package dev.braid.node;

import dev.braid.base.BootId;
import dev.braid.base.Deadline;
import dev.braid.base.VolumeId;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.Refused;
import dev.braid.linux.dm.DeviceMapper;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code braid-node discard}: an administrator says, on the node itself, that what a volume there
 * has not written may be lost. This only writes the order down. Whoever takes the volume off, which
 * is kubelet, carries it out with its next call, and only if by then no path answers, or what is
 * written fails.
 */
final class OrderDiscard {

  private static final Logger log = LoggerFactory.getLogger(OrderDiscard.class);

  static final String COMMAND = "discard";
  private static final String BY = "--by";
  private static final String REASON = "--reason";

  /** What is ordered, and who answers for it: this machine knows no more of him than "root". */
  record Wanted(VolumeId volume, String by, String reason) {

    /**
     * @param arguments what follows the command's name
     */
    static Wanted parse(List<String> arguments) {
      if (arguments.size() != 5) {
        throw new InvalidInput("usage: braid-node " + usage("POOL/SERIAL"));
      }
      Map<String, String> options = new HashMap<>();
      options.put(arguments.get(1), arguments.get(2));
      options.put(arguments.get(3), arguments.get(4));
      if (!options.keySet().equals(Set.of(BY, REASON))) {
        throw new InvalidInput("usage: braid-node " + usage("POOL/SERIAL"));
      }
      if (options.getOrDefault(BY, "").strip().equalsIgnoreCase(DiscardOrder.HEAD)) {
        throw new InvalidInput(BY, DiscardOrder.HEAD, "want the name of who answers for it");
      }
      return new Wanted(
          VolumeId.parse(arguments.get(0)),
          options.getOrDefault(BY, ""),
          options.getOrDefault(REASON, ""));
    }
  }

  private final VolumeLocks locks;
  private final DeviceMapper maps;
  private final DiscardOrders orders;
  private final StageRecords records;
  private final BootId boot;
  private final InstantSource clock;

  OrderDiscard(
      VolumeLocks locks,
      DeviceMapper maps,
      DiscardOrders orders,
      StageRecords records,
      BootId boot,
      InstantSource clock) {
    this.locks = locks;
    this.maps = maps;
    this.orders = orders;
    this.records = records;
    this.boot = boot;
    this.clock = clock;
  }

  static String usage(String volume) {
    return COMMAND + " " + volume + " " + BY + " YOUR-NAME " + REASON + " WHY";
  }

  /**
   * @throws Refused if the volume has no map here
   */
  void order(Wanted wanted, Deadline deadline) {
    VolumeId volume = wanted.volume();
    try (var held = locks.take(volume, COMMAND, deadline)) {
      if (maps.multipath(volume.wwid()).isEmpty()) {
        throw new Refused(
            "volume " + volume + " has no map on this node, so there is nothing to discard");
      }
      var order =
          new DiscardOrder(
              volume,
              records.find(volume).map(StageRecord::generation),
              boot,
              clock.instant(),
              wanted.by(),
              wanted.reason());
      orders.write(order);
      log.warn(
          "the {} stands: the next NodeUnpublishVolume or NodeUnstageVolume carries it out, unless"
              + " a path answers then by which it may yet be written",
          order.describe());
    }
  }
}
