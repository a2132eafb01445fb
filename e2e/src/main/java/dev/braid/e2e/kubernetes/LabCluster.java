package dev.braid.e2e.kubernetes;

import dev.braid.e2e.lab.Lab;
import dev.braid.e2e.lab.LabException;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.Progress;
import dev.braid.e2e.lab.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** The cluster in a lab. It ends with the lab. */
public final class LabCluster implements Cluster {

  private static final Duration NODES_READY = Duration.ofSeconds(300);

  /** What only the API server knows, for a person who looks for the reason of a failure. */
  private static final List<String> TOLD =
      List.of(
          "get nodes,pods,pvc,pv,volumeattachments,csinodes,csidrivers,storageclasses -A -o wide",
          "get events -A --sort-by=.lastTimestamp",
          "get pods -A -o yaml",
          "get pvc,pv,volumeattachments,csinodes -A -o yaml",
          "describe nodes");

  /** The rule by which a node's packets to the API server get lost. */
  private static final String CUT = "braid-cut";

  private final Lab lab;
  private final Tools tools;
  private final Path folder;
  private final ControlPlane controlPlane;

  private LabCluster(Lab lab, Tools tools) {
    this.lab = lab;
    this.tools = tools;
    this.folder = folder(lab);
    this.controlPlane = new ControlPlane(lab, tools, folder);
  }

  /** The one that this lab has, or a new one; returns when every node is ready. */
  public static LabCluster of(Lab lab) {
    var cluster = new LabCluster(lab, Tools.get());
    if (isIn(lab)) {
      cluster.controlPlane.start();
    } else {
      try {
        cluster.begin();
      } catch (IOException | RuntimeException | AssertionError e) {
        Path logs = Repository.root().resolve("e2e/target/lab-logs/cluster-start");
        lab.collectLogs(logs);
        cluster.collectLogs(logs.resolve("kubernetes"));
        throw new LabException(
            "no cluster in " + cluster.folder + ": " + e + "; its logs are in " + logs, e);
      }
    }
    return cluster;
  }

  /** Whether this lab has one. */
  public static boolean isIn(Lab lab) {
    return Files.exists(folder(lab).resolve("started"));
  }

  private static Path folder(Lab lab) {
    return lab.folder().resolve("kubernetes");
  }

  private void begin() throws IOException {
    Files.createDirectories(folder);
    // The images take minutes where nothing is cached yet, and the control plane needs none.
    var disk = CompletableFuture.supplyAsync(() -> lab.diskWithImages(Images.ofThisCheckout()));
    Progress.during(
        "cluster: control plane",
        () -> {
          controlPlane.begin(machines());
          // The API server's own part: it asks kubelets for logs and runs commands through them.
          apply(
              """
              apiVersion: rbac.authorization.k8s.io/v1
              kind: ClusterRoleBinding
              metadata:
                name: lab-apiserver-to-kubelets
              roleRef:
                apiGroup: rbac.authorization.k8s.io
                kind: ClusterRole
                name: system:kubelet-api-admin
              subjects:
              - apiGroup: rbac.authorization.k8s.io
                kind: User
                name: kube-apiserver-client
              """);
          return "";
        });
    Progress.during(
        "cluster: nodes",
        () -> {
          var kubelets = new Kubelets(machines(), controlPlane, tools, disk.join());
          CompletableFuture.allOf(
                  machines().stream()
                      .map(node -> CompletableFuture.runAsync(() -> kubelets.start(node)))
                      .toArray(CompletableFuture[]::new))
              .join();
          awaitNodesReady();
          return "";
        });
    // Without it no pod can be made.
    await("create", Duration.ofSeconds(60), "serviceaccount/default");
    Files.writeString(folder.resolve("started"), "");
  }

  public void awaitNodesReady() {
    String[] names = nodes().stream().map(n -> "node/" + n).toArray(String[]::new);
    await("create", NODES_READY, names);
    await("condition=Ready", NODES_READY, names);
  }

  /** Where the cluster lives. */
  public Lab lab() {
    return lab;
  }

  public ControlPlane controlPlane() {
    return controlPlane;
  }

  public Tools tools() {
    return tools;
  }

  /** The machine of a node. */
  public Machine machine(String node) {
    return lab.machine(node);
  }

  /** What a node sends to the API server gets lost, from its own programs and from its pods. */
  public void cutOff(Machine node) {
    node.run(
        "nft -f - << 'NFT'\ntable ip "
            + CUT
            + " {\n"
            + " chain out { type filter hook output priority 10;"
            + drop()
            + " }\n chain through { type filter hook forward priority 10;"
            + drop()
            + " }\n}\nNFT\n");
  }

  private String drop() {
    return " ip daddr " + lab.hostAddress() + " tcp dport " + ControlPlane.PORT + " drop;";
  }

  /** Undoes it; costs nothing where there is nothing to undo. */
  public void reconnect(Machine node) {
    node.run("! nft list table ip " + CUT + " > /dev/null 2>&1 || nft delete table ip " + CUT);
  }

  /** Undoes every fault: of the machines, of the control plane, of the nodes' way to it. */
  public void heal() {
    lab.heal();
    machines().forEach(this::reconnect);
    controlPlane.start();
  }

  @Override
  public Path kubeconfig() {
    return controlPlane.kubeconfig("admin");
  }

  @Override
  public Path kubectl() {
    return tools.program("kubectl");
  }

  @Override
  public List<String> nodes() {
    return machines().stream().map(Machine::name).toList();
  }

  private List<Machine> machines() {
    return List.of(lab.node1(), lab.node2());
  }

  @Override
  public void collectLogs(Path into) {
    try {
      Files.createDirectories(into);
      try (Stream<Path> files = Files.list(folder)) {
        for (Path log : files.filter(f -> f.toString().endsWith(".log")).toList()) {
          Files.copy(log, into.resolve(log.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
      }
      for (String told : TOLD) {
        var result = tryKubectl(USUAL, told.split(" "));
        String name = told.replaceAll("[^a-z]+", "-") + ".log";
        Files.writeString(into.resolve(name), result.stdout() + result.stderr());
      }
    } catch (IOException | RuntimeException e) {
      Progress.say("cluster: its logs are not whole: " + e);
    }
  }
}
