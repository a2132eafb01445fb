package dev.braid.agent;

import dev.braid.agent.book.Book;
import dev.braid.agent.book.Publication;
import dev.braid.agent.book.Volume;
import dev.braid.agent.book.VolumeState;
import dev.braid.base.Deadline;
import dev.braid.base.Serial;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Removes a volume and its data. */
public final class DeleteVolume {

  private final Book book;
  private final Removal removal;
  private final InFlight inFlight;
  private final TargetLock lock;
  private final Steps steps;

  DeleteVolume(Book book, Removal removal, InFlight inFlight, TargetLock lock, Steps steps) {
    this.book = book;
    this.removal = removal;
    this.inFlight = inFlight;
    this.lock = lock;
    this.steps = steps;
  }

  /**
   * Success where it is gone already.
   *
   * @throws Refused naming the node that has it
   */
  public void delete(Serial serial, Deadline deadline) {
    try (var call = inFlight.enter("volume " + serial)) {
      Optional<Volume> volume = book.volume(serial);
      if (volume.isEmpty()) {
        return;
      }
      refuseWhilePublished(serial);
      if (!volume.get().is(VolumeState.DELETING)) {
        book(volume.get(), deadline);
      }
      removal.remove(volume.get(), deadline);
    }
  }

  private void book(Volume volume, Deadline deadline) {
    try (var held = lock.take(deadline)) {
      steps.run("book deletion", step -> book.setState(step, volume, VolumeState.DELETING));
    }
  }

  private void refuseWhilePublished(Serial serial) {
    List<Publication> publications = book.publications(serial);
    if (!publications.isEmpty()) {
      throw new Refused(
          "volume "
              + serial
              + " is published to "
              + publications.stream().map(p -> p.node().name()).collect(Collectors.joining(", "))
              + ": unpublish it first");
    }
  }
}
