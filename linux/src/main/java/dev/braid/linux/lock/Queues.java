package dev.braid.linux.lock;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The queues of the names that somebody in this process has or waits for, and of no others. */
final class Queues {

  private static final class Wanted {
    final Queue queue = new Queue();
    int users;
  }

  /** Users are counted under the map's own lock on the name. */
  private final Map<String, Wanted> wanted = new ConcurrentHashMap<>();

  /** The caller says {@link #done} when it neither has the lock nor waits for it any more. */
  Queue want(String name) {
    return wanted.compute(
            name,
            (same, there) -> {
              Wanted now = there == null ? new Wanted() : there;
              now.users++;
              return now;
            })
        .queue;
  }

  void done(String name) {
    wanted.computeIfPresent(name, (same, there) -> --there.users == 0 ? null : there);
  }

  int size() {
    return wanted.size();
  }
}
