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
import dev.braid.proto.csi.v1.VolumeCapability;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A volume that somebody on the node holds, past what Braid was told of. */
@InStack
class HeldLabTest {

  /** Ten seconds of patience with who may let go, then a look at every process of the host. */
  private static final Duration BOUND = Duration.ofSeconds(50);

  private final Stack stack;
  private final Machine node;

  HeldLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
  }

  /** Who holds it. */
  enum By {
    PROCESS {
      @Override
      Undo hold(Device device) {
        return Holder.open(device.node(), "/dev/" + device.map());
      }

      @Override
      String named(Device device) {
        return "(sleep)";
      }
    },
    MOUNT_IN_ANOTHER_NAMESPACE {
      @Override
      Undo hold(Device device) {
        return Holder.namespace(device.node());
      }

      @Override
      String named(Device device) {
        return "mount " + device.volume().stagingPath();
      }

      @Override
      VolumeCapability capability() {
        return Capabilities.ext4();
      }
    },
    /** Activated by the command that udev's rule runs where it finds a volume group. */
    LVM {
      @Override
      Undo hold(Device device) {
        Machine node = device.node();
        String map = "/dev/mapper/" + device.name();
        node.run(
            "pvcreate -qy "
                + map
                + " && vgcreate -qy held "
                + map
                + " && lvcreate -qy -Wn -Zn -n data -l 4 held && vgchange -q -an held"
                + " && vgchange -q -aay held");
        return () -> node.run("vgchange -q -an held");
      }

      @Override
      String named(Device device) {
        return "(held-data)";
      }
    },
    LOOP {
      @Override
      Undo hold(Device device) {
        Machine node = device.node();
        String loop = node.run("modprobe loop && losetup -r -f --show /dev/" + device.map());
        return () -> node.run("losetup -d " + loop);
      }

      @Override
      String named(Device device) {
        return "loop device ";
      }
    },
    SWAP {
      @Override
      Undo hold(Device device) {
        Machine node = device.node();
        String map = "/dev/" + device.map();
        node.run("mkswap " + map + " && swapon " + map);
        return () -> node.run("swapoff " + map);
      }

      @Override
      String named(Device device) {
        return "swap /dev/" + device.map();
      }
    };

    /** The volume is staged. */
    abstract Undo hold(Device device);

    /** A part of how it is called in a message. */
    abstract String named(Device device);

    VolumeCapability capability() {
      return Capabilities.block();
    }
  }

  static List<By> sample() {
    return Sample.of("F26", List.of(By.values()), 1);
  }

  @ParameterizedTest
  @MethodSource("sample")
  @DisplayName(
      "F26, rule 9: a map held open halts the detach in time, keeps its paths and its queueing,"
          + " and names the holder; let go, it comes off")
  void held(By who) {
    var clean = Leftovers.of(stack.lab());
    String name = "held-" + who.name().toLowerCase(Locale.ROOT).replace('_', '-');
    LabVolume volume = stack.create(name, 64L << 20, who.capability());
    var context = stack.publish(volume, node);
    stack.stage(volume, node, context);
    var device = new Device(node, volume);

    try (Undo holder = who.hold(device)) {
      String named = who.named(device);
      Failure failure = Failure.of(() -> stack.unstage(volume, node));
      assertThat(failure.status()).isEqualTo(Status.Code.FAILED_PRECONDITION);
      assertThat(failure.message()).contains("in use", named);
      assertThat(failure.took()).isLessThan(BOUND);
      assertThat(Paths.of(node, volume)).isEqualTo(new Paths(2, 0));
      assertThat(device.table()).contains("queue_if_no_path");
      device.marked(); // it is not suspended: it can be read
    }

    stack.unstage(volume, node);
    stack.attest(volume, node, context);
    stack.unpublish(volume, node);
    stack.delete(volume);
    clean.assertNoneSoon();
  }
}
