package dev.braid.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.step.Steps;
import dev.braid.san.FakeInitiatorApi;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NamesakesTest {

  private static final NodeName NODE = new NodeName("node1");
  private static final Iqn IQN = new Iqn("iqn.2026-01.dev.braid:node1");

  private final FakeInitiatorApi api = new FakeInitiatorApi();
  private long now;
  private final Namesakes namesakes = new Namesakes(NODE, () -> now);

  @Test
  @DisplayName("a node alone under its name is as it should be")
  void alone() {
    make("node1", IQN);
    make("node2", new Iqn("iqn.2026-01.dev.braid:node2"));
    namesakes.look(api, IQN);
    assertThat(namesakes.wrong()).isEmpty();
  }

  @Test
  @DisplayName("rule 16: a cloned node is told who has its name too, and what to do")
  void cloned() {
    make("node1", IQN);
    make("node2", IQN);
    namesakes.look(api, IQN);
    assertThat(namesakes.wrong())
        .singleElement()
        .asString()
        .contains(IQN.name(), "node2", "iscsi-iname", "kubectl delete initiator");
  }

  @Test
  @DisplayName("a clone that comes later is seen after minutes; once there is one, its end at once")
  void later() {
    make("node1", IQN);
    namesakes.look(api, IQN);
    make("node2", IQN);
    now += Duration.ofMinutes(9).toNanos();
    namesakes.look(api, IQN);
    assertThat(namesakes.wrong()).isEmpty();
    now += Duration.ofMinutes(2).toNanos();
    namesakes.look(api, IQN);
    assertThat(namesakes.wrong()).hasSize(1);

    now += Duration.ofSeconds(11).toNanos();
    namesakes.look(api, new Iqn("iqn.2026-01.dev.braid:renamed"));
    assertThat(namesakes.wrong()).isEmpty();
  }

  private void make(String node, Iqn iqn) {
    var unused = Steps.unobserved().call("make", step -> api.make(step, new NodeName(node), iqn));
  }
}
