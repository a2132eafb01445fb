package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.soak.Sample;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.stack.Wait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A program of the host is stopped, or does nothing for half a minute, while it is needed. */
@InStack
class DaemonsLabTest {

  private static final Duration AWAY = Duration.ofSeconds(30);

  /** A daemon that is back has what it missed to do first. */
  private static final Duration CONVERGES = Duration.ofSeconds(120);

  /** Of gRPC's own messages where no answer came in time. */
  private static final String NO_ANSWER = "deadline exceeded after";

  private final Stack stack;
  private final Machine node;

  DaemonsLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
  }

  private enum How {
    FROZEN,
    STOPPED
  }

  private enum During {
    ATTACH,
    DETACH
  }

  private record Trouble(Daemon daemon, How how, During during) {
    Undo begin(Machine machine) {
      return how == How.FROZEN ? daemon.freeze(machine) : daemon.stop(machine);
    }
  }

  static List<Trouble> sample() {
    var all = new ArrayList<Trouble>();
    for (Daemon daemon : Daemon.values()) {
      for (How how : How.values()) {
        for (During during : During.values()) {
          all.add(new Trouble(daemon, how, during));
        }
      }
    }
    return Sample.of("F28", all, 1);
  }

  @ParameterizedTest
  @MethodSource("sample")
  @DisplayName(
      "F28: multipathd, iscsid or udevd frozen or stopped for up to 30 s: attach and detach end in"
          + " time, say why where they fail, and converge when it is back, as does the next attach;"
          + " nothing is left")
  void away(Trouble trouble) {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("away", 64L << 20, Capabilities.ext4());
    var context = stack.publish(volume, node);
    Runnable attach = () -> stack.stage(volume, node, context);
    Runnable detach = () -> stack.unstage(volume, node);
    if (trouble.during() == During.DETACH) {
      attach.run();
    }
    Runnable call = trouble.during() == During.ATTACH ? attach : detach;

    meanwhile(trouble, call)
        .ifPresent(failure -> assertThat(failure.message()).isNotBlank().doesNotContain(NO_ANSWER));
    Wait.until(
        "the same call succeeds",
        CONVERGES,
        () -> {
          call.run();
          return true;
        });

    // What a daemon missed meanwhile may be in the way of the next attach only.
    attach.run();
    Paths.await(node, volume, 2, CONVERGES);
    String file = volume.stagingPath() + "/file";
    node.run("dd if=/dev/zero of=" + file + " bs=64k count=16 oflag=direct status=none");
    detach.run();
    stack.attest(volume, node, context);
    stack.unpublish(volume, node);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  /** The daemon is back when the call has ended, or after half a minute while it goes on. */
  private Optional<Failure> meanwhile(Trouble trouble, Runnable call) {
    CompletableFuture<Optional<Failure>> answer;
    try (Undo away = trouble.begin(node)) {
      answer = CompletableFuture.supplyAsync(() -> Failure.ifAny(call));
      boolean ended =
          answer
              .handle((end, failed) -> true)
              .completeOnTimeout(false, AWAY.toSeconds(), TimeUnit.SECONDS)
              .join();
      System.out.printf("F28: %s: the call %s%n", trouble, ended ? "ended" : "goes on");
    }
    return answer.join();
  }
}
