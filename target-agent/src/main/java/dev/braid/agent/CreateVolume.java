package dev.braid.agent;

import dev.braid.agent.book.Book;
import dev.braid.agent.book.Volume;
import dev.braid.agent.book.VolumeState;
import dev.braid.agent.lio.Backstores;
import dev.braid.agent.pool.FilePool;
import dev.braid.agent.pool.Sizes;
import dev.braid.base.Deadline;
import dev.braid.base.Serial;
import dev.braid.base.error.AlreadyExists;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.step.Steps;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a volume and exports it to nobody. */
public final class CreateVolume {

  private static final Logger log = LoggerFactory.getLogger(CreateVolume.class);

  /** What CSI allows a name to have. */
  private static final int MAX_NAME_BYTES = 128;

  private final Book book;
  private final FilePool pool;
  private final Backstores backstores;
  private final Export export;
  private final Removal removal;
  private final InFlight inFlight;
  private final TargetLock lock;
  private final Steps steps;
  private final RandomGenerator random;

  CreateVolume(
      Book book,
      FilePool pool,
      Backstores backstores,
      Export export,
      Removal removal,
      InFlight inFlight,
      TargetLock lock,
      Steps steps,
      RandomGenerator random) {
    this.book = book;
    this.pool = pool;
    this.backstores = backstores;
    this.export = export;
    this.removal = removal;
    this.inFlight = inFlight;
    this.lock = lock;
    this.steps = steps;
    this.random = random;
  }

  /**
   * @param required bytes; 0: no wish
   * @param limit bytes; 0: no limit
   * @return the new volume, or the one that has the name and fits
   * @throws AlreadyExists if the name is taken by one that does not fit
   */
  public Volume create(String name, long required, long limit, Deadline deadline) {
    checkName(name);
    try (var call = inFlight.enter("volume name " + name);
        var held = lock.take(deadline)) {
      Optional<Volume> there = book.volumeNamed(name);
      if (there.isPresent() && there.get().is(VolumeState.READY)) {
        return fitting(there.get(), required, limit);
      }
      there.ifPresent(rest -> finishRemoval(rest, deadline));
      long bytes = Sizes.choose(required, limit);
      pool.assureRoom(bytes, book.volumes());
      Volume volume = book(name, bytes);
      makeOrUndo(volume, deadline);
      return steps.<Volume, RuntimeException>call(
          "book ready", step -> book.setState(step, volume, VolumeState.READY));
    }
  }

  private static void checkName(String name) {
    if (name.isEmpty()
        || name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES
        || name.chars().anyMatch(Character::isISOControl)) {
      throw new InvalidInput(
          "volume name", name, "want 1 to " + MAX_NAME_BYTES + " bytes, no control characters");
    }
  }

  private static Volume fitting(Volume there, long required, long limit) {
    if (!Sizes.fits(there.bytes(), required, limit)) {
      throw new AlreadyExists(
          "volume '"
              + there.name()
              + "' is there already, with "
              + there.bytes()
              + " bytes, which is not what is asked for");
    }
    return there;
  }

  /** What a failed attempt to make or to delete one of this name has left. */
  private void finishRemoval(Volume rest, Deadline deadline) {
    try (var call = inFlight.enter("volume " + rest.serial())) {
      removal.remove(rest, deadline);
    }
  }

  private Volume book(String name, long bytes) {
    var serial = Serial.random(random);
    return steps.<Volume, RuntimeException>call(
        "book volume", step -> book.add(step, serial, name, bytes, backstores::hbaTaken));
  }

  /** Who gives up after a failure does not call DeleteVolume: he has no id. */
  private void makeOrUndo(Volume volume, Deadline deadline) {
    try {
      pool.make(volume);
      export.ensure(volume, deadline);
    } catch (BraidException failure) {
      try {
        removal.remove(volume, deadline);
      } catch (BraidException further) {
        log.warn("half of volume {} stays until the next try or start", volume.serial(), further);
      }
      throw failure;
    }
  }
}
