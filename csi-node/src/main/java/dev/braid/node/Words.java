package dev.braid.node;

import dev.braid.base.BootId;
import dev.braid.base.Deadline;
import dev.braid.base.Generation;
import dev.braid.base.NodeName;
import dev.braid.base.VolumeId;
import dev.braid.base.step.Steps;
import dev.braid.san.AttestedGeneration;
import dev.braid.san.InitiatorApi;
import dev.braid.san.InitiatorStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the node's words: every record that says "gone" becomes an entry of {@code
 * status.attested}, and is removed when the controller has removed that entry.
 *
 * <p>No lock is held while the API server is asked, or an unstage would wait for it. What keeps a
 * word from being written after a stage has taken it back is the order: here the Initiator is read
 * first, then the records, then the Initiator is written over the version that was read. A stage
 * removes the record first and then changes the Initiator. So either the record is not seen here
 * any more, or the version has changed and the write is refused; and that holds for a write which
 * the network delivers late, and for the old plugin beside the new one in an upgrade.
 */
final class Words {

  private static final Logger log = LoggerFactory.getLogger(Words.class);

  /** For a volume's lock, to remove a record: whoever has it keeps it for a call's time. */
  private static final Duration LOCK = Duration.ofSeconds(1);

  private record Key(VolumeId volume, Generation generation) {
    static Key of(StageRecord record) {
      return new Key(record.volume(), record.generation());
    }
  }

  private final NodeName node;
  private final BootId boot;
  private final StageRecords records;
  private final VolumeLocks locks;
  private final Steps steps;

  /** What was seen to stand in the Initiator; where it stands no more, it was heard. */
  private final Set<Key> given = new HashSet<>();

  private long takenBack;

  Words(NodeName node, BootId boot, StageRecords records, VolumeLocks locks, Steps steps) {
    this.node = node;
    this.boot = boot;
    this.records = records;
    this.locks = locks;
    this.steps = steps;
  }

  /** What was said about it does not count any more: it is about to be staged. */
  synchronized void withdrawn(VolumeId volume, Generation generation) {
    takenBack++;
    given.remove(new Key(volume, generation));
  }

  /** The Initiator was deleted with whatever stood in it: it is given again. */
  synchronized void areGoneUnheard() {
    given.clear();
  }

  private synchronized long takenBack() {
    return takenBack;
  }

  private synchronized boolean wasGiven(StageRecord record) {
    return given.contains(Key.of(record));
  }

  private synchronized void note(List<StageRecord> standing, long asOf) {
    if (takenBack == asOf) { // else one of them may just have been taken back; the next time then
      standing.forEach(record -> given.add(Key.of(record)));
    }
  }

  /**
   * Gives what is left to give. One thread at a time.
   *
   * @return whether a word was heard, whose record is gone now
   */
  boolean give(InitiatorApi api, Deadline deadline) {
    long asOf = takenBack();
    var standing = new ArrayList<StageRecord>();
    var heard = new ArrayList<StageRecord>();
    Optional<InitiatorStatus> now =
        steps.call(
            "give words",
            step -> api.change(step, node, before -> withWords(before, standing, heard), deadline));
    if (now.isEmpty()) {
      return false; // deleted this very moment; the watch tells, and it is made anew
    }
    note(standing, asOf);
    heard.forEach(this::settle);
    return !heard.isEmpty();
  }

  /** A function of the status and of the records on the disk, which are read after it. */
  private InitiatorStatus withWords(
      InitiatorStatus before, List<StageRecord> standing, List<StageRecord> heard) {
    standing.clear();
    heard.clear();
    InitiatorStatus now = before;
    for (StageRecord record : records.gone()) {
      boolean stands = before.attests(record.volume(), record.generation());
      boolean ofThisBoot = record.boot().equals(boot);
      if (!stands && (wasGiven(record) || !ofThisBoot)) {
        // Of another boot nothing is attested (rule 4); a debt is answered from the kernel.
        heard.add(record);
      } else {
        standing.add(record);
        if (!stands) {
          now =
              now.with(AttestedGeneration.of(record.volume(), record.generation(), record.boot()));
        }
      }
    }
    return now;
  }

  private void settle(StageRecord record) {
    try (var held = locks.take(record.volume(), "settling the word on", Deadline.after(LOCK))) {
      records.removeIfStill(record);
    }
    withdrawn(record.volume(), record.generation());
    log.info("volume {}, generation {}: the word was heard", record.volume(), record.generation());
  }
}
