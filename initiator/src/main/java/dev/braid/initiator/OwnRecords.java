package dev.braid.initiator;

import dev.braid.base.Iqn;
import dev.braid.base.Portal;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import dev.braid.linux.iscsi.ChapSettings;
import dev.braid.linux.iscsi.NodeRecord;
import dev.braid.linux.iscsi.NodeRecords;
import dev.braid.linux.iscsi.RecordText;
import dev.braid.linux.iscsi.RecordText.Reading;
import dev.braid.linux.iscsi.change.RecordFiles;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Our node record of a portal, from before its first login until after its last logout. It is noted
 * as ours before it is there and forgotten after it is gone, so that a kill anywhere leaves nothing
 * of which nobody knows whose it is.
 */
final class OwnRecords {

  private static final Logger log = LoggerFactory.getLogger(OwnRecords.class);

  private final OwnPortals own;
  private final NodeRecords records;
  private final RecordFiles files;
  private final ChapSecrets secrets;
  private final InstantSource clock;
  private final Steps steps;

  OwnRecords(
      OwnPortals own,
      NodeRecords records,
      RecordFiles files,
      ChapSecrets secrets,
      InstantSource clock,
      Steps steps) {
    this.own = own;
    this.records = records;
    this.files = files;
    this.secrets = secrets;
    this.clock = clock;
    this.steps = steps;
  }

  /**
   * Sees to it that a login through this portal goes by our record.
   *
   * @throws Refused if somebody else made one (rule 16), or there are no CHAP credentials to go
   *     into it where they are wanted: it is never written without
   */
  void ensure(Iqn target, Portal portal) {
    RecordText wanted = NodeRecord.of(target, portal).with(ChapSettings.of(secrets.of(target)));
    Map<Path, Reading> there = records.at(target, portal);
    if (!own.has(target, portal)) {
      there.forEach(OwnRecords::refuseOthers);
      steps.run("note portal", step -> own.add(step, target, portal));
    }
    if (!List.copyOf(there.values()).equals(List.of(new Reading.Whole(wanted)))) {
      steps.run("write node record", step -> files.write(step, target, portal, wanted));
    }
  }

  /**
   * Notes the portals of a target anew whose note is lost: where a LUN of ours is, or was, a record
   * with our settings is ours.
   */
  void noteLost(Iqn target) {
    records.portals(target).stream()
        .filter(portal -> !own.has(target, portal))
        .forEach(portal -> noteLost(target, portal));
  }

  private void noteLost(Iqn target, Portal portal) {
    try {
      if (records.at(target, portal).values().stream().anyMatch(OwnRecords::isOurs)) {
        log.warn("the note of {} at {} was lost, and is written anew", target, portal);
        steps.run("note portal", step -> own.add(step, target, portal));
      }
    } catch (BraidException e) {
      // A hint: neither a detach nor others' paths are to wait for a disk that is full.
      log.warn("the note of {} at {} stays lost: {}", target, portal, e.messageAndCause());
    }
  }

  private static boolean isOurs(Reading reading) {
    return reading instanceof Reading.Whole whole && NodeRecord.isOurs(whole.record());
  }

  /**
   * The record goes. The portal stays noted while a login may still come about through it: its
   * session would be nobody's.
   *
   * @param ended whether a session through it was there, and was logged out of
   */
  void forget(Iqn target, Portal portal, boolean ended) {
    steps.run("delete node record", step -> files.delete(step, target, portal));
    if (!ended && own.loginMayCome(target, portal, clock.instant())) {
      log.debug(
          "a login to {} at {}, whose client was killed, may still come about: it is watched for",
          target,
          portal);
      return;
    }
    steps.run("forget portal", step -> own.remove(step, target, portal));
  }

  /** One that is not noted: the note may be lost, so its settings tell. */
  private static void refuseOthers(Path file, Reading reading) {
    if (reading instanceof Reading.Damaged damaged) {
      throw new Refused(
          "the node record "
              + file
              + " is damaged ("
              + damaged.why()
              + "), and Braid did not write it: look whose it is, and delete it");
    }
    RecordText record = ((Reading.Whole) reading).record();
    if (NodeRecord.actsByItself(record)) {
      throw new Refused(
          "somebody else made a node record for it that starts or scans by itself: delete "
              + file
              + ", and Braid makes its own");
    }
    if (!NodeRecord.isOurs(record)) {
      throw new Refused(
          "somebody else made a node record for it, with settings of his own: delete "
              + file
              + ", and Braid makes its own");
    }
  }
}
