package dev.braid.e2e.volume;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.Running;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A process that holds something in a machine until it is closed, which kills it. */
final class Holder implements Undo {

  private static final Duration START = Duration.ofSeconds(60);

  private static final String HELD = "echo held; exec sleep 600";

  private final Running process;

  private Holder(Running process) {
    this.process = process;
  }

  /** Has a file open, named {@code sleep}. */
  static Holder open(Machine machine, String file) {
    return start(machine, "exec 3< " + file + "; " + HELD);
  }

  /** Has a mount namespace of its own with all that is mounted now, which nobody unmounts there. */
  static Holder namespace(Machine machine) {
    return start(machine, "exec unshare --mount --propagation private bash -c '" + HELD + "'");
  }

  /** Returns when it holds. */
  private static Holder start(Machine machine, String script) {
    var said = new CompletableFuture<String>();
    Running process = machine.spawn(script, said::complete, error -> {});
    String word = said.completeOnTimeout("", START.toSeconds(), TimeUnit.SECONDS).join();
    if (!word.equals("held")) {
      process.kill();
      throw new AssertionError(process + " said '" + word + "'");
    }
    return new Holder(process);
  }

  @Override
  public void close() {
    process.close();
  }
}
