package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.Deadline;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.soak.Sampled;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.Head;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.PluginMetrics;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.stack.Wait;
import dev.braid.e2e.writer.WriterSession;
import dev.braid.e2e.writer.Writing;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * CHAP between a node and the head, as administrators set it up and change it. The programs are
 * started with it once for all tests, each of which writes its own secrets.
 */
@InStack
@Sampled(1)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChapLabTest {

  private static final String SETTING = "BRAID_CHAP_FOLDER";
  private static final String FOLDER = "/etc/braid/chap";
  private static final String MAKE_FOLDER = "install -d -m 0700 " + FOLDER;
  private static final String ONE_WAY = "user=node1\npassword=%s\n";
  private static final String MUTUAL = ONE_WAY + "mutual_user=san1\nmutual_password=%s\n";
  private static final String FIRST = "first-secret-of-node1";
  private static final String SECOND = "second-secret-of-node1";
  private static final String TARGETS = "secret-of-san1-itself";
  private static final String TARGETS_NEXT = "next-secret-of-san1";
  private static final String WRONG = "nobody-has-this-one";

  /** The head and the node look every few seconds; then logins and scans, in emulation. */
  private static final Duration SOON = Duration.ofSeconds(120);

  private static final Duration LONG = Duration.ofSeconds(300);

  private final Stack stack;
  private final Machine head;
  private final Machine node;

  ChapLabTest(Stack stack) {
    this.stack = stack;
    this.head = stack.lab().san1();
    this.node = stack.lab().node1();
  }

  @BeforeAll
  void on() {
    machines().forEach(machine -> machine.run(MAKE_FOLDER));
    var settings = new HashMap<>(PluginMetrics.settings());
    settings.put(SETTING, FOLDER);
    stack.node(node).service().also(settings);
    stack.head().service().also(Map.of(SETTING, FOLDER));
    stack.restart(node);
  }

  /** A power cut, by which a lab is mended after a failure, keeps files that are synced. */
  @AfterAll
  void off() {
    stack.node(node).service().also(Map.of());
    stack.head().service().also(Map.of());
    machines().forEach(machine -> machine.run("rm -rf " + FOLDER + " && sync"));
    stack.restart(node);
  }

  private List<Machine> machines() {
    return List.of(head, node);
  }

  private static void write(Machine machine, String name, String text) {
    String fresh = FOLDER + "/." + name;
    machine.run(MAKE_FOLDER + " && umask 077 && : > " + fresh);
    machine.write(fresh, text);
    machine.run("chmod 0600 " + fresh + " && mv " + fresh + " " + FOLDER + "/" + name);
  }

  private void onHead(String text) {
    write(head, node.iqn(), text);
  }

  private void onNode(String text) {
    write(node, "default", text);
  }

  private void awaitOnHead(String attribute, String value) {
    String acl =
        "/sys/kernel/config/target/iscsi/" + Head.TARGET + "/tpgt_2/acls/" + node.iqn() + "/auth/";
    Wait.until(
        "the head has " + attribute,
        SOON,
        () -> head.exec("cat " + acl + attribute).stdout().strip().equals(value));
  }

  /** What the node's kernel has of its sessions' logins, a line each: number and both secrets. */
  private List<String> sessions() {
    return node.exec(
            "cd /sys/class/iscsi_session && for s in session*; do"
                + " echo $s $(cat $s/password $s/password_in); done")
        .stdout()
        .lines()
        .filter(line -> line.startsWith("session") && !line.contains("*"))
        .toList();
  }

  private static boolean allBy(List<String> sessions, String... secrets) {
    String both = " " + String.join(" ", secrets) + " ";
    return sessions.size() == 2 && sessions.stream().allMatch(s -> (s + " ").contains(both));
  }

  private void assertNotTold(Map<String, String> context) {
    assertThat(context.values()).noneMatch(value -> value.contains("secret"));
    assertThat(log(head, "braid-agent") + log(node, "braid-node"))
        .doesNotContain(FIRST, SECOND, TARGETS, TARGETS_NEXT, WRONG);
  }

  private static String log(Machine machine, String unit) {
    return machine.run("journalctl --sync; journalctl -b -u " + unit + " -o cat --no-pager");
  }

  @Test
  @Tag("soak")
  @DisplayName("rule 20: CHAP, one way and then mutual: attached by it, and no secret is told")
  void oneWayAndMutual() {
    onHead(ONE_WAY.formatted(FIRST));
    onNode(ONE_WAY.formatted(FIRST));
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("chap", 64L << 20, Capabilities.ext4());

    var context = stack.bringUp(volume, node);
    Paths.await(node, volume, 2, SOON);
    assertThat(allBy(sessions(), FIRST)).isTrue();
    assertThat(node.run("find /etc/iscsi/nodes -type f -exec stat -c %a {} +").lines())
        .as("modes of the records")
        .containsExactly("600", "600");
    assertNotTold(context);
    stack.takeDown(volume, node, context);

    onHead(MUTUAL.formatted(SECOND, TARGETS));
    onNode(MUTUAL.formatted(SECOND, TARGETS));
    context = stack.bringUp(volume, node);
    Paths.await(node, volume, 2, SOON);
    awaitOnHead("password_mutual", TARGETS);
    assertThat(allBy(sessions(), SECOND, TARGETS)).isTrue();
    assertNotTold(context);
    stack.takeDown(volume, node, context);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  @Test
  @DisplayName("F21: a wrong CHAP secret on either side: the error says which; mended, it works")
  void wrongSecrets() {
    onHead(MUTUAL.formatted(FIRST, TARGETS));
    onNode(MUTUAL.formatted(WRONG, TARGETS));
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("chap-wrong", 64L << 20, Capabilities.ext4());
    var context = stack.publish(volume, node);

    assertThat(Failure.of(() -> stack.stage(volume, node, context)).message())
        .contains("refuses this host's credentials", "user node1");
    assertThat(sessions()).isEmpty();

    onNode(MUTUAL.formatted(FIRST, WRONG));
    assertThat(Failure.of(() -> stack.stage(volume, node, context)).message())
        .contains("does not prove who it is", "mutual_password");
    assertThat(sessions()).isEmpty();

    node.run("rm " + FOLDER + "/default");
    assertThat(Failure.of(() -> stack.stage(volume, node, context)).message())
        .contains("no CHAP credentials", FOLDER + "/default");
    assertThat(sessions()).isEmpty();

    onNode(MUTUAL.formatted(FIRST, TARGETS));
    stack.stage(volume, node, context);
    stack.nodePublish(volume, node, context);
    assertNotTold(context);
    stack.takeDown(volume, node, context);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  @Test
  @DisplayName(
      "rule 18: rotation of both sides' secrets under a writer: not before the head has the new"
          + " ones, then path by path, never both away")
  void rotation() {
    onHead(MUTUAL.formatted(FIRST, TARGETS));
    onNode(MUTUAL.formatted(FIRST, TARGETS));
    var clean = Leftovers.of(stack.lab());
    LabVolume volume = stack.create("chap-rotation", 64L << 20, Capabilities.block());
    var context = stack.bringUp(volume, node);
    Paths.await(node, volume, 2, SOON);
    try (var writer = WriterSession.start(node, Writing.to(volume.id(), volume.targetPath()))) {
      writer.acks().awaitCount(100, Deadline.after(SOON));
      List<String> before = sessions();
      assertThat(allBy(before, FIRST, TARGETS)).isTrue();
      double lost = lostAllPaths();

      onNode(MUTUAL.formatted(SECOND, TARGETS_NEXT)); // the wrong order
      Wait.until(
          "the node waits for the head",
          SOON,
          () -> PluginMetrics.of(node).value("braid_chap_pending") == 1);
      writer.acks().awaitMore(100, Deadline.after(SOON));
      assertThat(sessions()).isEqualTo(before);
      assertThat(Paths.of(node, volume)).isEqualTo(new Paths(2, 0));

      onHead(MUTUAL.formatted(SECOND, TARGETS_NEXT));
      Wait.until(
          "both sessions are by the new secrets, with a path at every moment",
          LONG,
          () -> {
            // Of a path that leaves the table with a reload the kernel does not say that it failed.
            if (Paths.of(node, volume).working() == 0) {
              throw new AssertionError("no path worked for a moment");
            }
            return allBy(sessions(), SECOND, TARGETS_NEXT);
          });
      Paths.await(node, volume, 2, SOON);
      assertThat(lostAllPaths()).as("how often no path was left, by the kernel").isEqualTo(lost);
      assertThat(sessions()).doesNotContainAnyElementsOf(before);
      writer.acks().awaitMore(100, Deadline.after(SOON));
      assertThat(writer.acks().largestGap().orElseThrow().length())
          .isLessThanOrEqualTo(Duration.ofSeconds(14));
      writer.stopAndReadBack().throwUnlessHolds();

      failAllPaths(volume);
      Wait.until("the plugin counts what it is told", SOON, () -> lostAllPaths() == lost + 1);
      Paths.await(node, volume, 2, SOON);
    }
    assertThat(log(node, "braid-node"))
        .contains("are still to be logged in with the CHAP credentials of now");
    assertNotTold(context);
    stack.takeDown(volume, node, context);
    stack.delete(volume);
    clean.assertNoneSoon();
  }

  /** In device-mapper alone: multipathd finds that they work, and takes them back in seconds. */
  private void failAllPaths(LabVolume volume) {
    String map = " -u mpath-" + volume.wwid();
    node.run(
        "name=$(dmsetup info -c --noheadings -o name"
            + map
            + ") && for path in $(dmsetup table"
            + map
            + " | grep -oE '[0-9]+:[0-9]+'); do"
            + " dmsetup message $name 0 fail_path $path || exit 1; done");
  }

  /** The kernel tells the plugin of every path that it fails: none is too short to be seen. */
  private double lostAllPaths() {
    return PluginMetrics.of(node).value("braid_path_losses_total{lost=\"all\"}");
  }
}
