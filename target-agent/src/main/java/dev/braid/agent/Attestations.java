package dev.braid.agent;

import dev.braid.agent.book.Book;
import dev.braid.agent.book.Publication;
import dev.braid.base.Deadline;
import dev.braid.base.error.Busy;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Wakes those who wait for a node's word. */
final class Attestations {

  private final Book book;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition came = lock.newCondition();

  Attestations(Book book) {
    this.book = book;
  }

  /** One is in the book. */
  void noted() {
    lock.lock();
    try {
      came.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * @return whether the node attested that publication, at the latest at the deadline
   * @throws Busy if the wait was ended before that: who does not know must not fence
   */
  boolean await(Publication publication, Deadline deadline) {
    lock.lock();
    try {
      while (!isAttested(publication)) {
        if (deadline.passed()) {
          return false;
        }
        boolean inTime = came.await(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
        if (!inTime) {
          return isAttested(publication);
        }
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Busy("the call was ended while it waited for node " + publication.node());
    } finally {
      lock.unlock();
    }
  }

  private boolean isAttested(Publication publication) {
    return book.publication(publication.serial(), publication.node())
        .filter(now -> now.generation().equals(publication.generation()))
        .map(Publication::attested)
        .orElse(false);
  }
}
