package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.soak.Sample;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.Head;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.Stack;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** LUN numbers that do not fit into a byte, which SCSI addresses in another way. */
@InStack
class HighLunLabTest {

  private static final String BOOK =
      "sqlite3 -cmd '.timeout 5000' " + Head.POOL_FOLDER + "/book.db ";

  private final Stack stack;
  private final Machine node;

  HighLunLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
  }

  /** The first such number, any, and the last one. */
  static List<Integer> sample() {
    return Sample.of("F34", List.of(256, 300, 16383), 1);
  }

  @ParameterizedTest
  @MethodSource("sample")
  @DisplayName("F34: a LUN number above 255: attached, written, read back, detached")
  void above255(int number) {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = withNumber(number);
    var context = stack.bringUp(volume, node);
    assertThat(context).containsEntry("lun", Integer.toString(number));
    assertThat(node.run("ls -d /sys/bus/scsi/devices/*:" + number)).hasLineCount(2);
    assertThat(Paths.of(node, volume).working()).isEqualTo(2);
    var device = new Device(node, volume);
    device.mark("high");
    stack.nodeUnpublish(volume, node);
    stack.unstage(volume, node);
    assertThat(device.kept()).isZero();

    stack.stage(volume, node, context);
    assertThat(device.marked()).isEqualTo("high");
    stack.takeDown(volume, node, context);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  /** As if the pool had come so far in its rotation of numbers. */
  private LabVolume withNumber(int number) {
    Machine head = stack.lab().san1();
    String was = head.run(BOOK + "'SELECT last_lun FROM pool'");
    head.run(BOOK + "'UPDATE pool SET last_lun = " + (number - 1) + "'");
    try {
      return stack.create("number-" + number, 64L << 20, Capabilities.block());
    } finally {
      head.run(BOOK + "'UPDATE pool SET last_lun = " + was + "'");
    }
  }
}
