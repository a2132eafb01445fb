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
import dev.braid.e2e.stack.Wait;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Node records that a power cut, a full disk or another open-iscsi left unfit for use. */
@InStack
class DamagedRecordLabTest {

  /** The node looks every ten seconds; then a login and a scan, in emulation. */
  private static final Duration JOINS = Duration.ofSeconds(90);

  private static final String THEIRS = "iqn.2026-11.org.example:damaged";

  private final Stack stack;
  private final Machine node;

  DamagedRecordLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
  }

  /** What is wrong with a record. */
  enum Damage {
    EMPTY(": > $f"),
    CUT_OFF("truncate -s 100 $f"),
    OF_ANOTHER_VERSION("sed -i \"s/^# BEGIN RECORD.*/# BEGIN RECORD 99.0\\nnode.new = 1/\" $f");

    private final String script;

    Damage(String script) {
      this.script = script;
    }

    void doTo(Machine node, List<String> files) {
      node.run("for f in " + String.join(" ", files) + "; do " + script + " || exit 1; done");
    }
  }

  static List<Damage> sample() {
    return Sample.of("F35", List.of(Damage.values()), 1);
  }

  @ParameterizedTest
  @MethodSource("sample")
  @DisplayName(
      "F35: node records that are empty, cut off or of another version: ours hinder no attach,"
          + " login or detach; another's stays as it is")
  void damaged(Damage damage) {
    var clean = Leftovers.of(stack.lab());
    var theirs = new NodeSessions(node, THEIRS);
    node.write(theirs.folder() + "/192.0.2.1,3260,1/default", record());
    damage.doTo(node, theirs.records());
    var withTheirs = Leftovers.of(List.of(node));

    LabVolume first = stack.create("damaged", 64L << 20, Capabilities.block());
    var firstContext = stack.bringUp(first, node);
    var ours = new NodeSessions(node, Head.TARGET);
    assertThat(ours.records()).hasSize(2);
    damage.doTo(node, ours.records());

    LabVolume second = stack.create("beside-damaged", 64L << 20, Capabilities.block());
    var secondContext = stack.bringUp(second, node);
    assertThat(Paths.of(node, second)).isEqualTo(new Paths(2, 0));

    ours.logout(ours.ids().get(0));
    Wait.until("another session is made", JOINS, () -> ours.ids().size() == 2);
    for (LabVolume volume : List.of(first, second)) {
      Wait.until("its path joins", JOINS, () -> Paths.of(node, volume).equals(new Paths(2, 0)));
    }

    stack.takeDown(second, node, secondContext);
    stack.takeDown(first, node, firstContext);
    withTheirs.assertNoneSoon();
    node.run("rm -r " + theirs.folder());
    stack.delete(second);
    stack.delete(first);
    clean.assertNoneSoon();
  }

  private static String record() {
    return """
        # BEGIN RECORD 2.1.8
        node.name = %s
        node.tpgt = 1
        node.startup = manual
        node.leading_login = No
        iface.iscsi_ifacename = default
        iface.transport_name = tcp
        node.discovery_type = static
        node.conn[0].address = 192.0.2.1
        node.conn[0].port = 3260
        node.conn[0].startup = manual
        # END RECORD
        """
        .formatted(THEIRS);
  }
}
