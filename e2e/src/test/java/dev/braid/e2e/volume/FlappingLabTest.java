package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.SanNetwork;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.soak.Soak;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Stack;
import io.grpc.Status;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A cable with a loose contact, all through a volume's lives. */
@InStack
class FlappingLabTest {

  /** What kubelet gives a call; the answer comes before. */
  private static final Duration CALL = Duration.ofSeconds(60);

  private final Stack stack;
  private final Machine node;

  FlappingLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
  }

  @Test
  @DisplayName(
      "F29: a path comes and goes every few seconds while a volume is staged, written and unstaged:"
          + " every call ends in time, every byte is there, nothing is left")
  void comesAndGoes() {
    var clean = Leftovers.of(stack.lab());
    // Any failure may be borne that says "again", or that the kernel did not do as it was told.
    // That
    // no other device was taken for the volume is what the sums say.
    var kubelet =
        AsKubelet.bearing(
            Status.Code.ABORTED,
            Status.Code.DEADLINE_EXCEEDED,
            Status.Code.INTERNAL,
            Status.Code.UNAVAILABLE);
    LabVolume volume = stack.create("flaps", 64L << 20, Capabilities.ext4());
    var context = stack.publish(volume, node);
    stack.stage(volume, node, context);
    String written = write(volume);
    stack.unstage(volume, node);

    System.out.printf("F29: BRAID_SEED=%d%n", Soak.seed());
    try (var flapping = new Flapping(node, SanNetwork.B, new Random(Soak.seed()))) {
      int lives = Soak.times(2, 50);
      for (int life = 0; life < lives; life++) {
        kubelet.call("staged", () -> stack.stage(volume, node, context));
        assertThat(sum(volume)).as("in life " + life).isEqualTo(written);
        written = write(volume);
        kubelet.call("unstaged", () -> stack.unstage(volume, node));
      }
      assertThat(flapping.times()).as("times that it came or went").isGreaterThanOrEqualTo(lives);
    }
    kubelet.failures().forEach(failure -> System.out.println("F29: again after " + failure));
    assertThat(kubelet.longest()).isLessThan(CALL);

    stack.stage(volume, node, context);
    assertThat(sum(volume)).as("with the cable in again").isEqualTo(written);
    stack.unstage(volume, node);
    stack.attest(volume, node, context);
    stack.unpublish(volume, node);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  /**
   * @return the sum of what is on the storage now
   */
  private String write(LabVolume volume) {
    node.run(
        "dd if=/dev/urandom bs=64k count=64 conv=fsync status=none of="
            + volume.stagingPath()
            + "/data");
    return sum(volume);
  }

  private String sum(LabVolume volume) {
    return node.run("md5sum < " + volume.stagingPath() + "/data");
  }

  /** Pulls one cable of a machine and plugs it in, again and again. */
  private static final class Flapping implements AutoCloseable {

    private static final int SHORTEST_MILLIS = 1000;
    private static final int LONGEST_IN_MILLIS = 5000;

    /** Some are over before the session is given up (noop 2 + 2, replacement 5), some are not. */
    private static final int LONGEST_OUT_MILLIS = 12000;

    private final Machine machine;
    private final SanNetwork network;
    private final Random random;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CompletableFuture<Void> flapping;
    private final AtomicInteger times = new AtomicInteger();

    Flapping(Machine machine, SanNetwork network, Random random) {
      this.machine = machine;
      this.network = network;
      this.random = random;
      this.flapping = CompletableFuture.runAsync(this::flap);
    }

    private void flap() {
      try {
        for (boolean out = false; !ended.await(pause(out), TimeUnit.MILLISECONDS); out = !out) {
          if (out) {
            machine.plugCable(network);
          } else {
            machine.pullCable(network);
          }
          times.incrementAndGet();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private int pause(boolean out) {
      int longest = out ? LONGEST_OUT_MILLIS : LONGEST_IN_MILLIS;
      return SHORTEST_MILLIS + random.nextInt(longest - SHORTEST_MILLIS);
    }

    int times() {
      return times.get();
    }

    @Override
    public void close() {
      ended.countDown();
      flapping.join();
      machine.plugCable(network);
    }
  }
}
