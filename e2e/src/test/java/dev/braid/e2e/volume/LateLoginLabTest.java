package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.soak.Sampled;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.stack.Wait;
import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The plugin dies in a login, and the login does not. */
@InStack
@Sampled(1)
class LateLoginLabTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int PORTALS = 2;

  /** systemd ends all processes of a service with it; not with this. */
  private static final String SURVIVORS = "/run/systemd/system/braid-node.service.d/survivors.conf";

  private final Stack stack;
  private final Machine node;

  LateLoginLabTest(Stack stack) {
    this.stack = stack;
    this.node = stack.lab().node1();
  }

  @AfterEach
  void asBefore() {
    node.run(
        "pkill -CONT -x iscsid; rm -rf $(dirname " + SURVIVORS + ") && systemctl daemon-reload");
  }

  @Test
  @DisplayName(
      "F30: plugin and iscsiadm are killed in a login, iscsid goes through with it: the next plugin"
          + " ends the sessions that nobody needs")
  void ended() {
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("late-ended", 64L << 20, Capabilities.block());
    var context = stack.publish(volume, node);
    killInLogin(volume, context);
    Wait.until("iscsiadm ends with its service", SOON, () -> iscsiadms() == 0);

    node.run("pkill -CONT -x iscsid");
    Wait.until("iscsid logs in for clients that are gone", SOON, () -> sessions() == PORTALS);
    stack.node(node).restart();
    stack.unstage(volume, node);
    assertThat(sessions()).isZero();

    stack.attest(volume, node, context);
    stack.unpublish(volume, node);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  @Test
  @DisplayName(
      "F30, rule 12: the plugin is killed in a login, its iscsiadm goes on: the next plugin waits"
          + " for it, and uses the sessions that it makes")
  void used() throws Exception {
    var clean = Leftovers.of(stack.lab());
    node.write(SURVIVORS, "[Service]\nKillMode=process\n");
    node.run("systemctl daemon-reload");
    LabVolume volume = stack.create("late-used", 64L << 20, Capabilities.block());
    var context = stack.publish(volume, node);
    killInLogin(volume, context);
    assertThat(iscsiadms()).as("iscsiadm goes on").isEqualTo(PORTALS);

    stack.node(node).restart();
    assertThat(node.run("journalctl --sync; journalctl -b -u braid-node -o cat -n 100"))
        .contains("runs already; what needs the targets");
    var again = CompletableFuture.runAsync(() -> stack.stage(volume, node, context));
    node.run("pkill -CONT -x iscsid");
    again.get(SOON.toSeconds(), TimeUnit.SECONDS);
    Paths.await(node, volume, PORTALS, SOON);
    assertThat(sessions()).as("none twice").isEqualTo(PORTALS);

    stack.unstage(volume, node);
    stack.attest(volume, node, context);
    stack.unpublish(volume, node);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  /** With iscsid stopped, so that its clients hang in the middle of the first login of all. */
  private void killInLogin(LabVolume volume, Map<String, String> context) {
    node.run("pkill -STOP -x iscsid");
    var call =
        CompletableFuture.supplyAsync(() -> Failure.of(() -> stack.stage(volume, node, context)));
    Wait.until("a login by each portal waits for iscsid", SOON, () -> waiting() == PORTALS);
    stack.node(node).service().kill();
    assertThat(call.join().status()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(sessions()).isZero();
  }

  /** Connections that iscsid has not taken yet: the queue of its socket. */
  private int waiting() {
    return number("ss -xlH | awk '/ISCSIADM_ABSTRACT_NAMESPACE/ { print $3 }'");
  }

  private int iscsiadms() {
    return number("pgrep -cx iscsiadm || true");
  }

  private int sessions() {
    return number("ls /sys/class/iscsi_session | wc -l");
  }

  private int number(String script) {
    return Integer.parseInt(node.run(script));
  }
}
