package dev.braid.node;

import dev.braid.base.BootId;
import dev.braid.base.Deadline;
import dev.braid.base.Generation;
import dev.braid.base.VolumeId;
import dev.braid.base.error.NoPath;
import dev.braid.initiator.Reach;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.mount.MountEntry;
import dev.braid.linux.mount.MountTable;
import dev.braid.linux.proc.Holders;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before everything that writes out what a volume has not written yet, or waits for it. With
 * no path left it says so and lets nobody on, since what is unmounted then hangs half way; unless
 * there is an order, for this very stage, that what is not written may be lost. An administrator
 * gives one ({@link OrderDiscard}), or the head has fenced the generation: then nothing of it can
 * ever be written.
 *
 * <p>An order is never carried out while a path answers and I/O waits for it. What it does is to
 * have I/O fail that waits for a path; unmounting, detaching and giving the node's word then go
 * their usual way, and the word is true as ever: the device is gone. (To unmount by force was
 * considered: ext4 knows no force, and a lazy unmount leaves a device that nobody can find any
 * more.)
 */
final class Discard {

  private static final Logger log = LoggerFactory.getLogger(Discard.class);

  /** A line for each time that data is given up, for whoever asks later where it went. */
  private static final Logger audit = LoggerFactory.getLogger("dev.braid.audit");

  /** For a look at every process of the host, to name who has the device. */
  private static final Duration SEARCH = Duration.ofSeconds(5);

  private final DiscardOrders orders;
  private final StageRecords records;
  private final BootId boot;
  private final Attacher attacher;
  private final Supplier<MountTable> mountTable;
  private final TurnedReadOnly turned;
  private final Holders holders;
  private final InstantSource clock;

  Discard(
      DiscardOrders orders,
      StageRecords records,
      BootId boot,
      Attacher attacher,
      Supplier<MountTable> mountTable,
      TurnedReadOnly turned,
      Holders holders,
      InstantSource clock) {
    this.orders = orders;
    this.records = records;
    this.boot = boot;
    this.attacher = attacher;
    this.mountTable = mountTable;
    this.turned = turned;
    this.holders = holders;
    this.clock = clock;
  }

  /**
   * Returns if what is not written yet gets to the storage, or may be lost: then I/O that waits for
   * a path fails from here on. The caller holds the volume's lock.
   *
   * @return whether what is not written yet gets to the storage; not, if it is given up
   * @throws NoPath saying what may be lost, why each path gives nothing, and what to do
   * @throws dev.braid.base.error.WrongDevice if a path answers as another LUN
   */
  boolean permit(VolumeId volume, DmDevice map, Deadline deadline) {
    Reach reach = attacher.reach(volume.wwid(), deadline);
    Optional<DiscardOrder> order = orders.find(volume);
    Optional<String> obstacle = order.flatMap(o -> obstacle(o, reach));
    obstacle.ifPresent(
        why -> log.warn("the {} is not carried out: {}", order.orElseThrow().describe(), why));
    if (reach.state() == Reach.State.WORKS) {
      return true;
    }
    String stake = atStake(map, deadline);
    if (order.isEmpty() || obstacle.isPresent()) {
      String ignored =
          obstacle
              .map(why -> ". The " + order.orElseThrow().describe() + " is ignored: " + why)
              .orElse("");
      throw new NoPath(refusal(volume, map, reach, stake) + ignored);
    }
    carryOut(order.get(), map, stake, reach, deadline);
    return false;
  }

  private static String refusal(VolumeId volume, DmDevice map, Reach reach, String stake) {
    String named = "volume " + volume + " (map " + map.name() + ")";
    String seen =
        reach.state() == Reach.State.LOST
            ? "no path of " + named + " answers: "
            : "no I/O goes to " + named + ", though a path answers: ";
    String next =
        reach.state() == Reach.State.ANSWERS
            ? "It goes on by itself once multipathd has a path back"
            : "Bring a path back, and it goes on by itself (one that answers multipathd may take"
                + " back within half a minute); only if that data may be lost, order it"
                + " on this node: braid-node "
                + OrderDiscard.usage(volume.toString());
    return seen + reach.why() + ". " + stake + ". Nothing was touched. " + next;
  }

  private Optional<String> obstacle(DiscardOrder order, Reach reach) {
    return switch (reach.state()) {
      case WORKS -> Optional.of("a path works, and what was written gets to the storage");
      case ANSWERS ->
          Optional.of(
              "a path answers, and what waits may yet be written by it. multipathd ends the waiting"
                  + " after two minutes, if it runs");
      case FAILS, LOST -> order.whyVoid(boot, staged(order.volume()), clock.instant());
    };
  }

  private Optional<Generation> staged(VolumeId volume) {
    return records.find(volume).map(StageRecord::generation);
  }

  private void carryOut(
      DiscardOrder order, DmDevice map, String stake, Reach reach, Deadline deadline) {
    audit.warn(
        "DISCARD volume {}, {}, device {} ({}): what is not on the storage is given up, ordered by"
            + " {} at {}, because: {}. {}. No I/O gets to it: {}",
        order.volume(),
        DiscardOrder.named(order.generation()),
        map.name(),
        map.node(),
        order.by(),
        order.at(),
        order.reason(),
        stake,
        reach.why());
    attacher.stopQueueing(order.volume().wwid(), deadline);
  }

  /** The kernel tells of no device how much of what was written to it is still in memory. */
  private String atStake(DmDevice map, Deadline deadline) {
    List<MountEntry> mounts = mountTable.get().of(map.number());
    List<Path> targets = mounts.stream().map(MountEntry::target).toList();
    List<String> who = holders.of(map.number(), deadline.atMost(SEARCH));
    String held = who.isEmpty() ? "" : ". It is held by " + String.join(", ", who);
    if (mounts.stream().anyMatch(mount -> turned.is(mount, map))) {
      return "Its file system, mounted at "
          + targets
          + ", has turned read-only after an error, and what it had not written by then is lost"
          + " already"
          + held;
    }
    if (!mounts.isEmpty() && mounts.stream().allMatch(MountEntry::readOnly)) {
      return "It is mounted read-only at " + targets + ", and nothing waits to be written" + held;
    }
    return (mounts.isEmpty()
            ? "Somebody has it open (open count " + map.openCount() + ")"
            : "It is mounted read-write at " + targets)
        + ", and what was written to it and is not on the storage yet may be lost"
        + held;
  }

  /**
   * The head says that it has fenced a generation, and the device here is of that or an earlier
   * one: that is an order too. The caller holds the volume's lock.
   */
  void fenced(VolumeId volume, Generation generation) {
    Optional<Generation> staged = staged(volume);
    if (orders
        .find(volume)
        .filter(o -> o.whyVoid(boot, staged, clock.instant()).isEmpty())
        .isEmpty()) {
      orders.write(
          new DiscardOrder(
              volume,
              staged,
              boot,
              clock.instant(),
              DiscardOrder.HEAD,
              "it has fenced generation " + generation + ", and takes no more writes of it"));
    }
  }

  /** The device of a volume is gone, or a stage begins: no order lives longer. */
  void forget(VolumeId volume) {
    if (orders.remove(volume)) {
      log.info("volume {}: the order to discard has come to its end", volume);
    }
  }
}
