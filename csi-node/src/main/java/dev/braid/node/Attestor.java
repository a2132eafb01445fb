package dev.braid.node;

import dev.braid.base.Deadline;
import dev.braid.base.Generation;
import dev.braid.base.VolumeId;
import dev.braid.base.step.Steps;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the node's word that the device of a generation is gone to those who wait for it, and
 * takes it back before it becomes untrue. The caller of either holds the volume's lock.
 */
interface Attestor {

  /**
   * The device of a volume is gone. Safe to repeat. When it returns, no record says any more that
   * the volume is staged, and the word is on the disk or given: nobody waits for a network.
   *
   * @param record what is known of the stage; empty: nothing can be attested from it
   */
  void gone(VolumeId volume, Optional<StageRecord> record);

  /**
   * Before a login whose generation may have been attested: when it returns, no word about it
   * stands anywhere, and none is on its way.
   *
   * @throws dev.braid.base.error.ApiUnreachable if that could not be made sure of
   */
  void withdraw(VolumeId volume, Generation generation, Deadline deadline);

  /** Leaves the word in the log alone, where there is no Kubernetes. */
  static Attestor toLog(StageRecords records, Steps steps) {
    return new Attestor() {
      private static final Logger log = LoggerFactory.getLogger(Attestor.class);

      @Override
      public void gone(VolumeId volume, Optional<StageRecord> record) {
        record.ifPresent(
            gone ->
                steps.run(
                    "attest",
                    step ->
                        log.info(
                            "the device of volume {}, generation {}, is gone in boot {}",
                            volume,
                            gone.generation(),
                            gone.boot())));
        records.remove(volume);
      }

      @Override
      public void withdraw(VolumeId volume, Generation generation, Deadline deadline) {}
    };
  }
}
