package dev.braid.node;

import dev.braid.base.BootId;
import dev.braid.base.Deadline;
import dev.braid.base.PublishContext;
import dev.braid.base.VolumeId;
import dev.braid.base.error.AlreadyExists;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.Busy;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.OutOfRange;
import dev.braid.base.error.Refused;
import dev.braid.base.error.WrongDevice;
import dev.braid.base.step.Steps;
import dev.braid.initiator.Attached;
import dev.braid.initiator.Lun;
import dev.braid.linux.DeviceNumber;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.dm.DmDevice;
import dev.braid.linux.dm.Pinned;
import dev.braid.linux.mount.MountEntry;
import dev.braid.linux.mount.MountTable;
import dev.braid.linux.mount.change.Mounts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a volume ready on this node: attached, and mounted where it has a file system. */
final class StageVolume {

  private static final Logger log = LoggerFactory.getLogger(StageVolume.class);

  /**
   * What is asked for.
   *
   * @param staging where to mount it; nothing is put there for a block volume
   */
  record Wanted(VolumeId volume, PublishContext context, Path staging, VolumeUse use) {
    Wanted {
      if (!context.wwid().equals(volume.wwid())) {
        throw new InvalidInput(
            "publish_context is of LUN "
                + context.wwid()
                + ", but volume "
                + volume
                + " is LUN "
                + volume.wwid());
      }
    }

    Lun lun() {
      return new Lun(context.target(), context.portals(), context.lun(), context.wwid());
    }
  }

  private final Consumer<Deadline> fit;
  private final VolumeLocks locks;
  private final StageRecords records;
  private final BootId boot;
  private final Attestor attestor;
  private final Discard discard;
  private final Attacher attacher;
  private final DeviceMapper maps;
  private final MapWork work;
  private final FileSystems fileSystems;
  private final Supplier<MountTable> mountTable;
  private final TurnedReadOnly turned;
  private final Mounts mounts;
  private final Steps steps;

  /**
   * @param fit throws {@link Refused} while this host is not fit for an attach; a look may take a
   *     while
   */
  StageVolume(
      Consumer<Deadline> fit,
      VolumeLocks locks,
      StageRecords records,
      BootId boot,
      Attestor attestor,
      Discard discard,
      Attacher attacher,
      DeviceMapper maps,
      MapWork work,
      FileSystems fileSystems,
      Supplier<MountTable> mountTable,
      TurnedReadOnly turned,
      Mounts mounts,
      Steps steps) {
    this.fit = fit;
    this.locks = locks;
    this.records = records;
    this.boot = boot;
    this.attestor = attestor;
    this.discard = discard;
    this.attacher = attacher;
    this.maps = maps;
    this.work = work;
    this.fileSystems = fileSystems;
    this.mountTable = mountTable;
    this.turned = turned;
    this.mounts = mounts;
    this.steps = steps;
  }

  /**
   * A word for good leaves nothing of the volume here: kubelet takes it for one that is not on this
   * node, and never unstages it.
   *
   * @throws AlreadyExists if it is in use here, staged in another way; CSI has it so
   * @throws Refused if this host is not fit for an attach, something else is mounted there, or the
   *     device holds something else
   * @throws Busy for those too, where there is something of an earlier stage that is not off again
   */
  void stage(Wanted wanted, Deadline deadline) {
    VolumeId volume = wanted.volume();
    if (maps.multipath(volume.wwid()).isEmpty()) {
      checkFit(volume, deadline); // before the lock: an unstage need not wait for that
    } // what is attached already is not held up by what is wrong with the host since
    try (var lock = locks.take(volume, "NodeStageVolume", deadline)) {
      // Before the login, so that there is no device without a record (rule 4), and none whose end
      // was attested before it began (rule 7).
      boolean begun = begin(wanted, deadline);
      try {
        make(wanted, deadline);
      } catch (Refused | KernelRefused | InvalidInput | DeviceInUse | OutOfRange | WrongDevice e) {
        if (isToStay(volume, begun, e)) {
          throw goesOn(volume, e);
        }
        undo(volume, e, deadline);
        throw e;
      }
    }
  }

  private void checkFit(VolumeId volume, Deadline deadline) {
    try {
      fit.accept(deadline);
    } catch (Refused e) {
      throw isHere(volume) ? goesOn(volume, e) : e;
    }
  }

  /** {@link #record}; where something of the volume is here, its failure is no word for good. */
  private boolean begin(Wanted wanted, Deadline deadline) {
    VolumeId volume = wanted.volume();
    boolean earlier = isHere(volume);
    try {
      return record(wanted, deadline);
    } catch (AlreadyExists e) {
      throw shown(volume, e) ? e : goesOn(volume, e);
    } catch (BraidException e) {
      throw earlier ? goesOn(volume, e) : e;
    }
  }

  /** Whether there is something of the volume here, or may be. */
  private boolean isHere(VolumeId volume) {
    try {
      return maps.multipath(volume.wwid()).isPresent()
          || records.find(volume).filter(StageRecord::isStaged).isPresent();
    } catch (BraidException e) {
      log.warn("nobody can say whether volume {} is here: {}", volume, e.messageAndCause());
      return true;
    }
  }

  /** What is in use, and what a person has to look at first. */
  private boolean isToStay(VolumeId volume, boolean begun, BraidException failure) {
    return failure instanceof WrongDevice
        ? maps.multipath(volume.wwid()).isPresent()
        : !begun && shown(volume, failure);
  }

  private static Busy goesOn(VolumeId volume, BraidException failure) {
    return new Busy(
        failure.messageAndCause()
            + ". What an earlier stage made of volume "
            + volume
            + " may still be here: it goes on, or ends by an unstage",
        failure);
  }

  private void make(Wanted wanted, Deadline deadline) {
    Attached attached = attacher.attach(wanted.lun(), deadline);
    try (Pinned map = proven(attached, deadline)) { // until it is mounted, which holds it too
      if (wanted.use() instanceof VolumeUse.Ext4 ext4) {
        mount(wanted, ext4, map.map(), deadline);
      }
    }
    log.debug(
        "staged {} for {}: {} with {} paths",
        wanted.volume(),
        wanted.use().text(),
        attached.map(),
        attached.paths());
  }

  /**
   * Whether the volume is mounted, or given to a pod as a device: by an earlier call, which went
   * well, or whose mount came late.
   *
   * @throws Busy if nobody can say
   */
  private boolean shown(VolumeId volume, BraidException failure) {
    try {
      MountTable table = mountTable.get();
      return maps.multipath(volume.wwid())
          .filter(m -> !table.of(m.number()).isEmpty() || !table.ofNode(m.kernelName()).isEmpty())
          .isPresent();
    } catch (BraidException e) {
      throw stays(volume, failure, e);
    }
  }

  /**
   * Takes the device off again.
   *
   * @throws Busy if it stays, as where its end would need a fence: to kubelet no word for good, so
   *     that it tries again or unstages
   */
  private void undo(VolumeId volume, BraidException failure, Deadline deadline) {
    try {
      attacher.detach(volume.wwid(), deadline);
      attestor.gone(volume, records.find(volume));
    } catch (BraidException e) {
      throw stays(volume, failure, e);
    }
  }

  private static Busy stays(VolumeId volume, BraidException failure, BraidException why) {
    log.warn("volume {} failed to stage and is not off again: {}", volume, why.getMessage());
    var stays =
        new Busy(
            failure.messageAndCause()
                + ". What the stage made of volume "
                + volume
                + " is not off again yet: "
                + why.messageAndCause(),
            failure);
    stays.addSuppressed(why);
    return stays;
  }

  /**
   * @return whether a stage begins here; not, if one goes on that was begun before
   */
  private boolean record(Wanted wanted, Deadline deadline) {
    var record =
        StageRecord.staged(
            wanted.volume(), wanted.context().generation(), boot, wanted.use().text());
    Optional<StageRecord> earlier = records.find(wanted.volume());
    if (earlier.equals(Optional.of(record))) {
      return false;
    }
    Optional<StageRecord> continued =
        earlier
            .filter(StageRecord::isStaged)
            .filter(e -> e.generation().equals(record.generation()));
    if (maps.multipath(wanted.volume().wwid()).isPresent()) {
      refuseContradiction(earlier, continued, record);
    } // a record without a map binds nobody: of that stage there is nothing yet that anybody uses
    if (continued.isEmpty()) {
      attestor.withdraw(record.volume(), record.generation(), deadline);
      discard.forget(record.volume()); // what was given up is not what will be written
    }
    records.write(record);
    return continued.isEmpty();
  }

  /**
   * A map is there. If it is of another generation, or nobody knows of which, it may hold writes
   * from before the head fenced this node, and a file system that went on elsewhere: it goes first.
   */
  private static void refuseContradiction(
      Optional<StageRecord> found, Optional<StageRecord> continued, StageRecord wanted) {
    StageRecord earlier =
        continued.orElseThrow(
            () ->
                new Refused(
                    "the node has a map of volume "
                        + wanted.volume()
                        + " already, of "
                        + found
                            .filter(StageRecord::isStaged)
                            .map(e -> "generation " + e.generation())
                            .orElse("an unknown generation")
                        + " and not of "
                        + wanted.generation()
                        + ", which publish_context says: unstage it first"));
    if (!earlier.use().equals(wanted.use())) {
      throw new AlreadyExists(
          "volume "
              + wanted.volume()
              + " is staged here already, as "
              + earlier.use()
              + " and not as "
              + wanted.use()
              + " (file system and mount flags): unstage it first");
    }
  }

  /**
   * The last look before anything is written: the device is the map of this very LUN, and stays it
   * until it is let go of.
   *
   * @throws Busy if it is not any more; the next attach proves the paths of the one that is
   */
  private Pinned proven(Attached attached, Deadline deadline) {
    DmDevice map = map(attached).orElseThrow(() -> gone(attached, null));
    try {
      return work.pin(map, deadline);
    } catch (KernelRefused e) {
      throw map(attached).isPresent() ? e : gone(attached, e);
    }
  }

  private Optional<DmDevice> map(Attached attached) {
    return maps.multipath(attached.wwid()).filter(m -> m.node().equals(attached.map()));
  }

  private static Busy gone(Attached attached, @Nullable KernelRefused seenBy) {
    return new Busy(
        attached.map()
            + " is not the map of "
            + attached.wwid()
            + " any more: multipathd took it away meanwhile, or made it anew",
        seenBy);
  }

  private void mount(Wanted wanted, VolumeUse.Ext4 ext4, DmDevice map, Deadline deadline) {
    Path staging = wanted.staging();
    MountTable table = mountTable.get();
    Optional<MountEntry> there = table.at(staging);
    if (there.isPresent()) {
      if (there.get().device().equals(map.number())) {
        turned.refuse(wanted.volume(), there.get(), map);
        return;
      }
      throw new Refused("something else is mounted on " + staging + ": " + there.get().source());
    }
    List<Path> elsewhere = targets(table, map.number());
    if (!elsewhere.isEmpty()) {
      throw new Refused(
          "volume " + wanted.volume() + " is mounted elsewhere already: " + elsewhere);
    }
    if (!Files.isDirectory(staging)) {
      throw new InvalidInput(
          "staging_target_path", staging.toString(), "the caller must have made this folder");
    }
    fileSystems.ensureExt4(map, wanted.volume().serial(), ext4.readOnly(), deadline);
    String data = String.join(",", ext4.data());
    work.run(
        map,
        "mounting",
        deadline,
        () ->
            steps.run(
                "mount volume",
                step -> mounts.mount(step, map.node(), staging, "ext4", ext4.flags(), data)));
    if (!mountTable.get().at(staging).map(MountEntry::device).equals(Optional.of(map.number()))) {
      throw new KernelRefused(map.node() + " was mounted on " + staging + ", but is not there");
    }
  }

  private static List<Path> targets(MountTable table, DeviceNumber device) {
    return table.of(device).stream().map(MountEntry::target).toList();
  }
}
