package dev.braid.linux.scsi;

import java.util.Optional;

/**
 * What came of a command. A device that is silent is told apart from one that answers wrongly: the
 * first says nothing about who it is (rule 3), the second does.
 *
 * @param <T> what a good answer holds
 */
public sealed interface Reply<T> {

  /** The command ended well for host adapter, driver and device alike. */
  record Answered<T>(T value) implements Reply<T> {}

  /** No answer: the time passed, the transport is down, or the device is gone. */
  record Silent<T>(String why) implements Reply<T> {}

  /**
   * The device, or the target in its place, answered, but not with what was asked for.
   *
   * @param conflict whether it did because another initiator has reserved it
   */
  record Failed<T>(String why, Optional<Sense> sense, boolean conflict) implements Reply<T> {

    Failed(String why, Optional<Sense> sense) {
      this(why, sense, false);
    }
  }

  /** The answer if there is one. */
  default Optional<T> answer() {
    return this instanceof Answered<T> a ? Optional.of(a.value()) : Optional.empty();
  }
}
