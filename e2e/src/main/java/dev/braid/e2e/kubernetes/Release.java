package dev.braid.e2e.kubernetes;

import dev.braid.base.Deadline;
import dev.braid.base.NodeName;
import dev.braid.base.PoolName;
import dev.braid.base.VolumeId;
import dev.braid.e2e.lab.Lab;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.Repository;
import dev.braid.e2e.stack.Certificates;
import dev.braid.e2e.stack.Head;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.exec.HostExec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Braid in a cluster as its users have it: the agent on the head as its service, and everything
 * else from the chart, by Helm.
 */
public final class Release implements AutoCloseable {

  public static final String NAMESPACE = "braid-system";
  public static final String STORAGE_CLASS = "braid";

  private static final String NAME = "braid";

  /** Three JVMs and two sidecars, each for the first time, in emulated nodes. */
  private static final Duration READY = Duration.ofMinutes(6);

  private final LabCluster cluster;
  private final Head head;
  private final Path values;

  private Release(LabCluster cluster, Head head, Path values) {
    this.cluster = cluster;
    this.head = head;
    this.values = values;
  }

  /** Returns when everything is ready for claims. */
  public static Release install(LabCluster cluster) {
    Lab lab = cluster.lab();
    var certificates = Certificates.make(lab.folder().resolve("certificates"));
    var head = new Head(lab.san1(), certificates);
    var release = new Release(cluster, head, values(lab, certificates));
    // Neither needs the other to start.
    var agent = CompletableFuture.runAsync(head::start);
    release.upgrade();
    agent.join();
    return release;
  }

  /** The version of this checkout's images and chart. */
  static String version() {
    Path chart = Repository.root().resolve("charts/braid/Chart.yaml");
    try {
      return Files.readAllLines(chart).stream()
          .filter(line -> line.startsWith("appVersion:"))
          .map(line -> line.substring("appVersion:".length()).strip().replace("\"", ""))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("no appVersion in " + chart));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path values(Lab lab, Certificates certificates) {
    try {
      var text = new StringBuilder();
      text.append("topology:\n  heads:\n  - name: san1\n    address: ")
          .append(lab.san1().address())
          .append(':')
          .append(Head.PORT)
          .append("\n  pools:\n  - name: ")
          .append(Head.POOL)
          .append("\n    head: san1\n");
      text.append("storageClasses:\n- name: ").append(STORAGE_CLASS);
      text.append("\n  pool: ").append(Head.POOL).append('\n');
      text.append("tls:\n");
      var files = certificates.ofController();
      block(text, "ca", files.ca());
      block(text, "certificate", files.certificate());
      block(text, "key", files.key());
      Path file = lab.folder().resolve("values.yaml");
      Files.deleteIfExists(file);
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void block(StringBuilder text, String key, Path pem) throws IOException {
    text.append("  ").append(key).append(": |\n");
    Files.readString(pem).lines().forEach(l -> text.append("    ").append(l).append('\n'));
  }

  /**
   * Installs the chart, or changes what is installed; returns when all of it is ready.
   *
   * @param settings as {@code node.logLevel=DEBUG}
   */
  public void upgrade(String... settings) {
    var words =
        new ArrayList<>(
            List.of(
                "upgrade",
                "--install",
                NAME,
                Repository.root().resolve("charts/braid").toString(),
                "--create-namespace",
                "--values",
                values.toString(),
                "--wait",
                "--timeout",
                READY.toSeconds() + "s"));
    for (String setting : settings) {
      words.addAll(List.of("--set", setting));
    }
    helm(words);
    awaitInitiators();
  }

  /** A node is ready before it has said who it is, which needs the API server. */
  private void awaitInitiators() {
    for (String node : cluster.nodes()) {
      cluster.await("create", READY, "initiator/" + node);
    }
  }

  public LabCluster cluster() {
    return cluster;
  }

  public Head head() {
    return head;
  }

  /** The node where the controller is not: what is done to it, the controller does not feel. */
  public Machine quietNode() {
    String controllers = nodeOfController();
    return cluster.machine(
        cluster.nodes().stream().filter(n -> !n.equals(controllers)).findFirst().orElseThrow());
  }

  /** Runs something while a node takes no new pods, so that they come to the other one. */
  public <T> T away(String node, Supplier<T> work) {
    cluster.kubectl("cordon", node);
    try {
      return work.get();
    } finally {
      cluster.kubectl("uncordon", node);
    }
  }

  /** After a test that failed: removes what it left in the default namespace, as far as it goes. */
  void tidy() {
    cluster.tryKubectl(Writers.GONE, "delete", "statefulset,deployment", "--all");
    cluster.tryKubectl(Writers.GONE, "delete", "pod", "--all");
    cluster.tryKubectl(Writers.GONE, "delete", "pvc", "--all");
    cluster.nodes().forEach(node -> cluster.tryKubectl(Cluster.USUAL, "uncordon", node));
  }

  /** The volumes that a node owes its word on, as the pool's book has it. */
  public List<String> debtsOf(Machine node) {
    return head
        .client()
        .debts(new PoolName(Head.POOL), new NodeName(node.name()), Deadline.after(Cluster.USUAL))
        .stream()
        .map(debt -> debt.volume().toString())
        .toList();
  }

  /** The nodes that the head gives a volume to. */
  public List<String> nodesWith(VolumeId volume) {
    return head.client().getVolume(volume, Deadline.after(Cluster.USUAL)).publications().stream()
        .map(publication -> publication.node().name())
        .toList();
  }

  /** The node that the controller runs on now. */
  public String nodeOfController() {
    return cluster.kubectl(
        "get",
        "pods",
        "-n",
        NAMESPACE,
        "-l",
        "app.kubernetes.io/component=controller",
        "-o",
        "jsonpath={.items[0].spec.nodeName}");
  }

  /** The names of the pods of a component: {@code controller}, {@code node}. */
  public List<String> pods(String component) {
    return cluster
        .kubectl(
            "get",
            "pods",
            "-n",
            NAMESPACE,
            "-l",
            "app.kubernetes.io/component=" + component,
            "-o",
            "jsonpath={range .items[*]}{.metadata.name}{\"\\n\"}{end}")
        .lines()
        .toList();
  }

  /** Returns when controller and node plugins are ready. */
  public void awaitReady() {
    cluster.kubectl(
        READY,
        "rollout",
        "status",
        "-n",
        NAMESPACE,
        "deployment/braid-controller",
        "--timeout=" + READY.toSeconds() + "s");
    cluster.kubectl(
        READY,
        "rollout",
        "status",
        "-n",
        NAMESPACE,
        "daemonset/braid-node",
        "--timeout=" + READY.toSeconds() + "s");
    awaitInitiators();
  }

  /**
   * {@code kill -9} of every process in a machine whose command line has this text; false if there
   * was none.
   */
  public static boolean kill(Machine machine, String commandLine) {
    // As a pattern that does not match the command line it stands in.
    String pattern = "[" + commandLine.charAt(0) + "]" + commandLine.substring(1);
    return machine.exec("pkill -KILL -f -- '" + pattern + "'").ok();
  }

  /** Uninstalls the chart; the agent stops, and its pool stays. */
  @Override
  public void close() {
    helm(List.of("uninstall", NAME, "--wait", "--timeout", READY.toSeconds() + "s"));
    head.close();
  }

  private void helm(List<String> words) {
    var argv =
        new ArrayList<>(
            List.of(
                cluster.tools().program("helm").toString(),
                "--kubeconfig",
                cluster.kubeconfig().toString(),
                "--namespace",
                NAMESPACE));
    argv.addAll(words);
    Exec.Result result = new HostExec().run(argv, Deadline.after(READY.plusSeconds(60)));
    if (!result.ok()) {
      throw new AssertionError(result.describe());
    }
  }
}
