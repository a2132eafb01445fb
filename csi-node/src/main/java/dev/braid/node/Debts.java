package dev.braid.node;

import dev.braid.base.BootId;
import dev.braid.base.Deadline;
import dev.braid.base.Generation;
import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.VolumeId;
import dev.braid.base.Wwid;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.step.Steps;
import dev.braid.linux.dm.DeviceMapper;
import dev.braid.linux.mount.MountTable;
import dev.braid.san.AttestedGeneration;
import dev.braid.san.InitiatorApi;
import dev.braid.san.NodeInitiator;
import dev.braid.san.OwedGeneration;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what the node owes from what its kernel shows, and discards what was fenced (rule 8).
 *
 * <p>A debt stands in the book after the head has unmapped the LUN and ended the sessions: no
 * device of that generation can come any more. So once the kernel has been seen without one, the
 * word is true for ever, and may be written after the lock is let go. The volume's lock is held for
 * the look alone: a stage that began before the fence may still be making its device.
 *
 * <p>A device that is mounted belongs to whoever mounted it: kubelet will unstage it, with its own
 * order of unmounting, and detaching it under a running pod would be no service. What is not
 * mounted is detached here, staged or not: kubelet never unstages what failed to stage for good,
 * and the device of a fenced generation is of no use to anybody. What is held open even so stays,
 * as in every detach.
 *
 * <p>Only debts of this host's own initiator name are answered: another machine that bore this
 * node's name may still be alive, and nothing is known here of its kernel.
 */
final class Debts {

  private static final Logger log = LoggerFactory.getLogger(Debts.class);

  /** For a volume's lock; a call that has it longer is working on the very device. */
  private static final Duration LOCK = Duration.ofSeconds(5);

  /** Looks in the kernel for what there is of a LUN. */
  @FunctionalInterface
  interface Look {
    List<String> at(Wwid wwid, Deadline deadline);
  }

  private final NodeName node;
  private final BootId boot;
  private final Supplier<Iqn> hostName;
  private final VolumeLocks locks;
  private final StageRecords records;
  private final Look look;
  private final Discard discard;
  private final Attacher attacher;
  private final DeviceMapper maps;
  private final Supplier<MountTable> mountTable;
  private final Steps steps;

  /** What was said about a debt last, so that it is said once. */
  private final Map<OwedGeneration, String> said = new HashMap<>();

  /**
   * @param hostName reads the host's initiator name
   */
  Debts(
      NodeName node,
      BootId boot,
      Supplier<Iqn> hostName,
      VolumeLocks locks,
      StageRecords records,
      Look look,
      Discard discard,
      Attacher attacher,
      DeviceMapper maps,
      Supplier<MountTable> mountTable,
      Steps steps) {
    this.node = node;
    this.boot = boot;
    this.hostName = hostName;
    this.locks = locks;
    this.records = records;
    this.look = look;
    this.discard = discard;
    this.attacher = attacher;
    this.maps = maps;
    this.mountTable = mountTable;
    this.steps = steps;
  }

  /**
   * One thread at a time.
   *
   * @param each how long one debt may take
   * @throws BraidException the first failure; the other debts were answered before it is thrown
   */
  void answer(InitiatorApi api, Duration each) {
    Optional<NodeInitiator> now = api.find(node);
    if (now.isEmpty()) {
      return;
    }
    List<OwedGeneration> owed = now.get().status().owed();
    Iqn ours = hostName.get();
    if (!now.get().iqn().equals(ours)) {
      return; // the Initiator is not this host's: nobody would hear its words
    }
    said.keySet().retainAll(owed);
    @Nullable BraidException failure = null;
    for (OwedGeneration debt : owed) {
      if (!debt.initiator().equals(ours.name())) {
        say(debt, "is of initiator " + debt.initiator() + ", which this host is not");
        continue;
      }
      try {
        answer(api, now.get(), debt, Deadline.after(each));
      } catch (BraidException e) {
        say(debt, e.messageAndCause());
        failure = Objects.requireNonNullElse(failure, e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void answer(InitiatorApi api, NodeInitiator now, OwedGeneration debt, Deadline deadline) {
    VolumeId volume;
    Generation generation;
    try {
      volume = VolumeId.parse(debt.volume());
      generation = new Generation(debt.generation());
    } catch (InvalidInput e) {
      say(debt, "cannot be read: " + e.getMessage());
      return;
    }
    if (now.status().attests(volume, generation) || !gone(debt, volume, generation, deadline)) {
      return;
    }
    var unused =
        steps.call(
            "answer debt",
            step ->
                api.change(
                    step,
                    node,
                    s -> s.with(AttestedGeneration.of(volume, generation, boot)),
                    deadline));
    log.info("volume {}, generation {}: this node has nothing of it", volume, generation);
  }

  private boolean gone(
      OwedGeneration debt, VolumeId volume, Generation generation, Deadline deadline) {
    try (var held = locks.take(volume, "answering the debt of", deadline.atMost(LOCK))) {
      Optional<StageRecord> record = records.find(volume);
      boolean staged = record.filter(StageRecord::isStaged).isPresent();
      if (staged && record.get().generation().compareTo(generation) > 0) {
        return false; // what is here is of a later generation: the debt was answered meanwhile
      }
      if (!staged && record.filter(r -> r.generation().compareTo(generation) >= 0).isPresent()) {
        return false; // its word is on its way, and answers this too
      }
      List<String> there = look.at(volume.wwid(), deadline);
      if (there.isEmpty()) {
        tidy(volume, deadline);
      } else {
        discard.fenced(volume, generation);
        if (mounted(volume)) {
          say(debt, "the device is still here, mounted; its unstage will answer: " + there);
          return false;
        }
        log.warn("volume {} was fenced and is not mounted: detaching {}", volume, there);
        maps.multipath(volume.wwid())
            .filter(map -> map.openCount() > 0)
            .ifPresent(map -> discard.permit(volume, map, deadline));
        attacher.detach(volume.wwid(), deadline);
      }
      if (!look.at(volume.wwid(), deadline).isEmpty()) {
        return false;
      }
      discard.forget(volume);
      if (staged || record.isEmpty()) {
        records.remove(volume);
      }
      return true;
    } catch (DeviceInUse e) {
      say(debt, "the device is still here, in use: " + e.getMessage());
      return false;
    }
  }

  /**
   * With nothing in the kernel: after a boot, multipath's list and the node records are left of it,
   * and a kubelet that lost its own files with the power never unstages it. That is no part of the
   * answer, which is about the kernel.
   */
  private void tidy(VolumeId volume, Deadline deadline) {
    try {
      attacher.detach(volume.wwid(), deadline);
    } catch (BraidException e) {
      log.warn("volume {} has no device, yet not all went: {}", volume, e.messageAndCause());
    }
  }

  private boolean mounted(VolumeId volume) {
    return maps.multipath(volume.wwid())
        .map(
            map -> {
              MountTable table = mountTable.get();
              return !table.of(map.number()).isEmpty() || !table.ofNode(map.kernelName()).isEmpty();
            })
        .orElse(false);
  }

  private void say(OwedGeneration debt, String what) {
    if (!what.equals(said.put(debt, what))) {
      log.warn("debt of volume {}, generation {}: {}", debt.volume(), debt.generation(), what);
    }
  }
}
