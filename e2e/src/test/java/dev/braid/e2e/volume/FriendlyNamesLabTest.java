package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.Stack;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a site names its maps is its own business. */
@InStack
class FriendlyNamesLabTest {

  private static final String FILE = "/etc/multipath/conf.d/site.conf";

  private final Stack stack;

  FriendlyNamesLabTest(Stack stack) {
    this.stack = stack;
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "no"})
  @DisplayName("Rule 9: a map is found and flushed by its WWID, whatever its name")
  void eitherWay(String friendly) {
    var node = stack.lab().node2();
    var clean = Leftovers.of(stack.lab());
    node.write(FILE, "defaults {\n  user_friendly_names " + friendly + "\n}\n");
    node.run("multipathd reconfigure");
    try {
      var volume = stack.create("friendly-" + friendly, 64L << 20, Capabilities.ext4());
      var context = stack.bringUp(volume, node);
      String name = node.run("dmsetup info -c --noheadings -o name -u mpath-" + volume.wwid());
      assertThat(name.equals(volume.wwid().toString())).isEqualTo(friendly.equals("no"));
      assertThat(Paths.of(node, volume).working()).isEqualTo(2);
      stack.takeDown(volume, node, context);
      stack.delete(volume);
    } finally {
      node.run("rm " + FILE + " && multipathd reconfigure");
    }
    clean.assertNoneSoon();
  }
}
