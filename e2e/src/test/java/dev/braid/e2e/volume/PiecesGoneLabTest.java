package dev.braid.e2e.volume;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.soak.Sample;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.Head;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Stack;
import io.grpc.Status;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A volume of which a piece is gone from the node when it is detached.
 *
 * <p>Where the last path went, udev may just have been reading the map, as it does at each change
 * of it: then it has it open and waits for a path. That is told, and ends when a path is back; so
 * the detach is asked for again, as kubelet does.
 */
@InStack
class PiecesGoneLabTest {

  /** The second where udev opens the map at the last moment. */
  private static final Status.Code[] UDEV_READS = {
    Status.Code.UNAVAILABLE, Status.Code.FAILED_PRECONDITION
  };

  private final Stack stack;
  private final Machine node;

  PiecesGoneLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
  }

  /** What is gone. */
  enum Piece {
    /** The map is kept open meanwhile, or multipathd would remove it after them. */
    PATHS {
      @Override
      Status.Code[] borne() {
        return UDEV_READS;
      }

      @Override
      void takeAway(Device device) {
        device
            .node()
            .run(
                "exec 3< /dev/"
                    + device.map()
                    + "; for p in "
                    + String.join(" ", device.paths())
                    + "; do echo 1 > /sys/block/$p/device/delete; done"
                    + "; udevadm settle -t 20; true");
      }
    },
    MAP {
      @Override
      void takeAway(Device device) {
        device.node().run("dmsetup remove --retry " + device.name());
      }
    },
    LINKS {
      @Override
      void takeAway(Device device) {
        device
            .node()
            .run(
                "m="
                    + device.map()
                    + "; rm -f /dev/mapper/"
                    + device.name()
                    + "; find /dev/disk -ignore_readdir_race -lname \"*/$m\" -delete");
      }
    },
    SESSIONS {
      @Override
      Status.Code[] borne() {
        return UDEV_READS;
      }

      @Override
      void takeAway(Device device) {
        var sessions = new NodeSessions(device.node(), Head.TARGET);
        sessions.ids().forEach(sessions::logout);
      }
    },
    NODE_RECORDS {
      @Override
      void takeAway(Device device) {
        device.node().run("rm -r " + new NodeSessions(device.node(), Head.TARGET).folder());
      }
    },
    /** What the plugin itself wrote down of the LUN, of its stage, and of its portals. */
    NOTES {
      @Override
      void takeAway(Device device) {
        LabVolume volume = device.volume();
        device
            .node()
            .run(
                "rm /var/lib/braid/luns/"
                    + volume.wwid()
                    + " /var/lib/braid/staged/"
                    + volume.id().serial()
                    + "; rm -r /var/lib/braid/targets/"
                    + Head.TARGET);
      }
    };

    /** What a detach may fail with until it is asked for again. */
    Status.Code[] borne() {
      return new Status.Code[0];
    }

    /** By hand, while the volume is published and nobody has it open. */
    abstract void takeAway(Device device);
  }

  static List<Piece> sample() {
    return Sample.of("F27", List.of(Piece.values()), 3);
  }

  @ParameterizedTest
  @MethodSource("sample")
  @DisplayName(
      "F27, rule 4: a map without paths, paths without a map, no link, no session, no node record,"
          + " no note of the plugin's: the detach ends well and nothing is left")
  void gone(Piece piece) {
    var clean = Leftovers.of(stack.lab());
    String name = "gone-" + piece.name().toLowerCase(Locale.ROOT).replace('_', '-');
    LabVolume volume = stack.create(name, 64L << 20, Capabilities.block());
    var context = stack.bringUp(volume, node);

    piece.takeAway(new Device(node, volume));
    stack.nodeUnpublish(volume, node);
    AsKubelet.bearing(piece.borne()).call("the detach", () -> stack.unstage(volume, node));
    stack.attest(volume, node, context);
    stack.unpublish(volume, node);
    stack.delete(volume);
    clean.assertNoneSoon();
  }
}
