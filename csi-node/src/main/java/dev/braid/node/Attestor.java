package dev.braid.node;

import dev.braid.base.step.Step;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries the node's word that the device of a generation is gone to those who wait for it. */
interface Attestor {

  /** Safe to repeat. Throws where the word could not be left; the unstage is then tried again. */
  void attest(Step step, StageRecord gone);

  /** Leaves it in the log alone, until there is a custom resource for it. */
  static Attestor toLog() {
    return new Attestor() {
      private static final Logger log = LoggerFactory.getLogger(Attestor.class);

      @Override
      public void attest(Step step, StageRecord gone) {
        log.info(
            "the device of volume {}, generation {}, is gone in boot {}",
            gone.volume(),
            gone.generation(),
            gone.boot());
      }
    };
  }
}
