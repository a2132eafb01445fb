package dev.braid.e2e.stack;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/** Several things at once, all of them to their end. */
final class Parallel {

  private Parallel() {}

  static void run(Runnable... works) {
    CompletableFuture.allOf(
            Arrays.stream(works).map(CompletableFuture::runAsync).toArray(CompletableFuture[]::new))
        .join();
  }
}
