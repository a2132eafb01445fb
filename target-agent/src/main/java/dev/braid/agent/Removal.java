package dev.braid.agent;

import dev.braid.agent.book.Book;
import dev.braid.agent.book.Volume;
import dev.braid.agent.pool.FilePool;
import dev.braid.base.Deadline;
import dev.braid.base.step.Steps;

/** Removes a volume that nobody has, however little of it there is: kernel, file, then book. */
final class Removal {

  private final Book book;
  private final Export export;
  private final FilePool pool;
  private final TargetLock lock;
  private final Steps steps;

  Removal(Book book, Export export, FilePool pool, TargetLock lock, Steps steps) {
    this.book = book;
    this.export = export;
    this.pool = pool;
    this.lock = lock;
    this.steps = steps;
  }

  void remove(Volume volume, Deadline deadline) {
    export.drain(volume, deadline);
    try (var held = lock.take(deadline)) {
      export.takeDown(volume, deadline);
      pool.remove(volume, deadline);
      steps.run("forget volume", step -> book.forget(step, volume.serial()));
    }
  }
}
