package dev.braid.linux.lock;

import dev.braid.base.Deadline;

/** What a {@link Queue} does, so that a wrong one can be put in its place. */
interface Place {

  boolean enter(boolean alone, Deadline deadline) throws InterruptedException;

  void share();

  void leave(boolean alone);

  static Place right() {
    var queue = new Queue();
    return new Place() {
      @Override
      public boolean enter(boolean alone, Deadline deadline) throws InterruptedException {
        return queue.enter(alone, deadline);
      }

      @Override
      public void share() {
        queue.share();
      }

      @Override
      public void leave(boolean alone) {
        queue.leave(alone);
      }
    };
  }
}
