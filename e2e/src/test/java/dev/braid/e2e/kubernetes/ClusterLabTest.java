package dev.braid.e2e.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.e2e.lab.Progress;
import dev.braid.e2e.stack.Wait;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every other test in the cluster relies on. */
@InCluster
class ClusterLabTest {

  private static final Duration RUNNING = Duration.ofSeconds(180);
  private static final String NAMESPACE = "lab-test";

  @AfterEach
  void clean(Cluster cluster) {
    cluster.kubectl(RUNNING, "delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait");
  }

  @Test
  @DisplayName("both nodes are ready, as the version that was asked for")
  void nodes(Cluster cluster) {
    assertThat(cluster.nodes()).containsExactly("node1", "node2");
    assertThat(
            cluster
                .kubectl(
                    "get",
                    "nodes",
                    "-o",
                    "jsonpath={range .items[*]}{.metadata.name} {.status.nodeInfo.kubeletVersion}"
                        + " {.status.addresses[0].address}{\"\\n\"}{end}")
                .lines())
        .containsExactly("node1 v1.36.3 10.77.0.21", "node2 v1.36.3 10.77.0.22");
    assertThat(cluster.kubectl("version")).contains("Server Version: v1.36.3");
  }

  @Test
  @DisplayName(
      "a pod runs on each node, reaches the API's service address, also from the machine's own"
          + " network, and its token names its node")
  void pods(Cluster cluster) {
    begin(cluster);
    long start = System.nanoTime();
    for (String node : cluster.nodes()) {
      cluster.apply(
          pod("reach-" + node, node, "reach", ControlPlane.SERVICE_ADDRESS, "443")
              + pod(
                  "token-" + node,
                  node,
                  "say",
                  "/var/run/secrets/kubernetes.io/serviceaccount/token"));
    }
    cluster.apply(
        pod("host", "node1", "reach", ControlPlane.SERVICE_ADDRESS, "443")
            .replace("  nodeName:", "  hostNetwork: true\n  nodeName:"));
    cluster.await("condition=Ready", RUNNING, "pod", "--all", "--namespace=" + NAMESPACE);
    Progress.say("cluster: 5 pods run after " + seconds(start) + " s");
    for (String node : cluster.nodes()) {
      cluster.await(
          "jsonpath={.spec.nodeName}=" + node, RUNNING, "pod/reach-" + node, "-n", NAMESPACE);
      awaitLog(cluster, "reach-" + node, "reached 10.79.0.1:443");
      String token = cluster.kubectl("logs", "-n", NAMESPACE, "token-" + node).strip();
      String claims = new String(Base64.getUrlDecoder().decode(token.split("\\.")[1]), UTF_8);
      assertThat(claims).contains("\"node\":{\"name\":\"" + node + "\"");
    }
    awaitLog(cluster, "host", "reached 10.79.0.1:443");
  }

  @Test
  @DisplayName("a kubelet may change its own node only")
  void nodeRestriction(LabCluster cluster) {
    var asNode1 = cluster.controlPlane().kubeconfig("node1").toString();
    String server =
        cluster.kubectl("config", "view", "-o", "jsonpath={.clusters[0].cluster.server}");
    assertThat(
            cluster
                .tryKubectl(
                    Cluster.USUAL,
                    "--kubeconfig=" + asNode1,
                    "--server=" + server,
                    "annotate",
                    "node/node1",
                    "lab=1",
                    "--overwrite")
                .ok())
        .isTrue();
    assertThat(
            cluster
                .tryKubectl(
                    Cluster.USUAL,
                    "--kubeconfig=" + asNode1,
                    "--server=" + server,
                    "annotate",
                    "node/node2",
                    "lab=1",
                    "--overwrite")
                .stderr())
        .contains("Forbidden")
        .contains("system:node:node1");
  }

  private static void begin(Cluster cluster) {
    cluster.kubectl("create", "namespace", NAMESPACE);
    cluster.await("create", RUNNING, "serviceaccount/default", "-n", NAMESPACE);
  }

  /** A pod says it once it is so; its log is followed until then. */
  private static void awaitLog(Cluster cluster, String pod, String line) {
    Wait.until(
        pod + " says: " + line,
        RUNNING,
        () -> cluster.kubectl("logs", "-n", NAMESPACE, pod).contains(line));
  }

  private static String pod(String name, String node, String... words) {
    return """
        ---
        apiVersion: v1
        kind: Pod
        metadata:
          name: %s
          namespace: %s
        spec:
          nodeName: %s
          terminationGracePeriodSeconds: 1
          tolerations: [{operator: Exists}]
          containers:
          - name: probe
            image: braid.dev/lab-probe:1
            imagePullPolicy: Never
            args: ["%s"]
        """
        .formatted(name, NAMESPACE, node, String.join("\", \"", words));
  }

  private static long seconds(long start) {
    return Math.round((System.nanoTime() - start) / 1e9);
  }
}
