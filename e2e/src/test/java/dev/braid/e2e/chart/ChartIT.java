package dev.braid.e2e.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.braid.e2e.chart.Helm.Objects;
import dev.braid.e2e.lab.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart, as the real Helm renders it. Installed on a real API server it is elsewhere. */
class ChartIT {

  private static final String[] OF_VALUES = {
    "topology.heads[0].name=san1",
    "topology.heads[0].address=san1.example:9650",
    "topology.pools[0].name=fast",
    "topology.pools[0].head=san1",
    "tls.ca=CA",
    "tls.certificate=CERTIFICATE",
    "tls.key=KEY"
  };

  private static Objects plain() throws Exception {
    return Helm.objects(Helm.template());
  }

  private static Objects ofValues(String... more) throws Exception {
    return Helm.objects(
        Helm.templateOf(
            Stream.concat(Stream.of(OF_VALUES), Stream.of(more)).toArray(String[]::new)));
  }

  @Test
  @DisplayName("helm lint finds nothing to say")
  void lint() throws Exception {
    var said =
        Helm.run(
            List.of(
                "lint",
                "--strict",
                Helm.CHART.toString(),
                "--values",
                Repository.root().resolve("deploy/values.yaml").toString()));
    assertThat(said.exit()).as(said.text()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "foo",
        "node.foo",
        "controller.foo",
        "controller.resources.foo",
        "images.foo",
        "images.node.foo",
        "topology.foo",
        "topology.heads[0].foo",
        "tls.foo",
        "storageClasses[0].foo"
      })
  @DisplayName("a key that the chart does not know is refused by its name")
  void unknownKey(String key) throws Exception {
    var said = Helm.template(key + "=1");
    assertThat(said.exit()).isNotZero();
    assertThat(said.text()).contains("'foo'", "not allowed");
  }

  @Test
  @DisplayName("what must be given and is not is refused, and the message says what to give")
  void required() throws Exception {
    assertRefused(Helm.templateOf(), "topology.heads", "topology.existingConfigMap");
    assertRefused(
        Helm.templateOf("topology.heads[0].name=san1", "topology.heads[0].address=san1:9650"),
        "topology.pools");
    assertRefused(
        Helm.templateOf("topology.existingConfigMap=t"),
        "tls.ca",
        "tls.existingSecret",
        "braid certs");
    assertRefused(Helm.templateOf("topology.existingConfigMap=t", "tls.ca=x"), "tls.certificate");
    assertRefused(Helm.template("storageClasses[0].name=braid"), "pool");
    assertRefused(Helm.template("tls.ca=x"), "one or the other");
    assertRefused(
        Helm.templateOf(
            Stream.concat(
                    Stream.of(OF_VALUES),
                    Stream.of("storageClasses[0].name=braid", "storageClasses[0].pool=slow"))
                .toArray(String[]::new)),
        "slow",
        "fast");
    assertRefused(Helm.template("controller.callTimeout=60"), "callTimeout");
  }

  private static void assertRefused(Helm.Said said, String... naming) {
    assertThat(said.exit()).as(said.text()).isNotZero();
    assertThat(said.text()).contains(naming);
  }

  @Test
  @DisplayName("heads, pools and certificates from values arrive where the controller reads them")
  void fromValues() throws Exception {
    var objects = ofValues();
    var topology =
        Objects.of(objects.one("ConfigMap", "braid-topology").at("/data/topology.yaml").asText());
    assertThat(topology.all())
        .singleElement()
        .satisfies(
            t -> assertThat(t.at("/heads/0/address").asText()).isEqualTo("san1.example:9650"),
            t -> assertThat(t.at("/pools/0/head").asText()).isEqualTo("san1"));
    var secret = objects.one("Secret", "braid-tls").path("data");
    assertThat(secret.path("tls.key").asText()).isEqualTo("S0VZ");
    assertThat(names(secret)).containsExactly("ca.crt", "tls.crt", "tls.key");
    assertThat(plain().kind("ConfigMap")).isEmpty();
    assertThat(plain().kind("Secret")).isEmpty();
  }

  @Test
  @DisplayName("the controller starts anew when its heads or pools change, and for nothing else")
  void checksum() throws Exception {
    var before = checksum(ofValues());
    assertThat(checksum(ofValues("node.logLevel=DEBUG"))).isEqualTo(before);
    assertThat(checksum(ofValues("topology.heads[0].authority=san1"))).isNotEqualTo(before);
  }

  private static String checksum(Objects objects) {
    var annotations =
        objects.one("Deployment", "braid-controller").at("/spec/template/metadata/annotations");
    return annotations.path("braid.dev/topology-checksum").asText();
  }

  @Test
  @DisplayName(
      "controllers elect a leader, also where one is wanted: Kubernetes may make a second one")
  void replicas() throws Exception {
    var one = plain();
    for (String sidecar : List.of("provisioner", "attacher")) {
      assertThat(texts(one.container(sidecar).path("args")))
          .contains("--leader-election", "--timeout=60s");
    }
    assertThat(texts(one.container("provisioner").path("args"))).contains("--default-fstype=ext4");
    assertThat(rules(one.one("Role", "braid-controller")))
        .containsExactly(
            "coordination.k8s.io/leases [braid-dev, external-attacher-leader-braid-dev]: get"
                + " update",
            "coordination.k8s.io/leases: create");
  }

  @Test
  @DisplayName("what the programs may do in the API, to the last verb; nobody reads a Secret")
  void rights() throws Exception {
    var objects = ofValues();
    assertThat(objects.kind("ClusterRole")).hasSize(2);
    assertThat(rules(objects.one("ClusterRole", "braid-controller")))
        .containsExactly(
            "/events: create patch",
            "/persistentvolumeclaims: list update watch",
            "/persistentvolumes: create delete list patch watch",
            "braid.dev/initiators/status: update",
            "braid.dev/initiators: get list watch",
            "storage.k8s.io/csinodes: list watch",
            "storage.k8s.io/storageclasses: list watch",
            "storage.k8s.io/volumeattachments/status: patch",
            "storage.k8s.io/volumeattachments: list patch watch");
    assertThat(rules(objects.one("ClusterRole", "braid-node")))
        .containsExactly(
            "braid.dev/initiators/status: update", "braid.dev/initiators: create get list watch");
    for (JsonNode binding : objects.kind("ClusterRoleBinding")) {
      String name = binding.at("/metadata/name").asText();
      assertThat(binding.at("/roleRef/name").asText()).isEqualTo(name);
      assertThat(binding.path("subjects")).hasSize(1);
      assertThat(binding.at("/subjects/0/kind").asText()).isEqualTo("ServiceAccount");
      assertThat(binding.at("/subjects/0/name").asText()).isEqualTo(name);
      assertThat(binding.at("/subjects/0/namespace").asText()).isEqualTo("braid-system");
    }
  }

  @Test
  @DisplayName(
      "the policy on Initiators is for the node's account in the release's namespace, and fails"
          + " closed")
  void policy() throws Exception {
    var spec = plain().one("ValidatingAdmissionPolicy", "initiators.braid.dev").path("spec");
    assertThat(spec.path("failurePolicy").asText()).isEqualTo("Fail");
    assertThat(spec.at("/matchConditions/0/expression").asText())
        .isEqualTo("request.userInfo.username == 'system:serviceaccount:braid-system:braid-node'");
    var rule = spec.at("/matchConstraints/resourceRules/0");
    assertThat(texts(rule.path("resources"))).containsExactly("initiators", "initiators/status");
    assertThat(texts(rule.path("operations"))).containsExactly("CREATE", "UPDATE", "DELETE");
    var binding =
        plain().one("ValidatingAdmissionPolicyBinding", "initiators.braid.dev").path("spec");
    assertThat(binding.path("policyName").asText()).isEqualTo("initiators.braid.dev");
    assertThat(texts(binding.path("validationActions"))).containsExactly("Deny");
  }

  @Test
  @DisplayName(
      "only the node's container is privileged; every other one may do nothing on its host")
  void confined() throws Exception {
    var objects = ofValues("controller.replicas=2");
    assertThat(objects.containers()).hasSize(4);
    for (JsonNode container : objects.containers()) {
      var security = container.path("securityContext");
      boolean node = container.path("name").asText().equals("node");
      assertThat(security.path("readOnlyRootFilesystem").asBoolean()).isTrue();
      assertThat(security.path("privileged").asBoolean(false)).isEqualTo(node);
      if (!node) {
        assertThat(security.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
        assertThat(texts(security.at("/capabilities/drop"))).containsExactly("ALL");
      }
      assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();
    }
    var pod = objects.one("Deployment", "braid-controller").at("/spec/template/spec");
    assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
    assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
    for (String shared : List.of("hostNetwork", "hostPID", "hostIPC")) {
      assertThat(pod.path(shared).asBoolean(false)).as(shared).isFalse();
    }
    assertThat(StreamSupport.stream(pod.path("volumes").spliterator(), false))
        .noneMatch(volume -> volume.has("hostPath"));
  }

  @Test
  @DisplayName("every image has a tag that stays, ours the chart's version and that the build's")
  void tags() throws Exception {
    for (JsonNode container : plain().containers()) {
      assertThat(container.path("image").asText())
          .matches("[^:]+(:[0-9]+/[^:]+)?:[^:]+")
          .doesNotEndWith(":latest");
    }
    Path root = Repository.root();
    String version = match("<version>(.*)</version>", Files.readString(root.resolve("pom.xml")));
    String chart = Files.readString(Helm.CHART.resolve("Chart.yaml"));
    assertThat(match("(?m)^version: (.*)$", chart)).isEqualTo(version);
    assertThat(match("(?m)^appVersion: (.*)$", chart)).isEqualTo(version);
    assertThat(plain().container("node").path("image").asText())
        .isEqualTo("braid.dev/csi-node:" + version);
    assertThat(
            Helm.objects(
                    Helm.template("images.node.repository=registry:5000/n", "images.node.tag=v7"))
                .container("node")
                .path("image")
                .asText())
        .isEqualTo("registry:5000/n:v7");
  }

  @Test
  @DisplayName(
      "rule 20: CHAP comes from a folder of the host, read only; without one there is none")
  void chapFolder() throws Exception {
    assertThat(plain().one("DaemonSet", "braid-node").toString()).doesNotContain("chap", "CHAP");
    String node =
        Helm.objects(Helm.template("node.chapFolder=/etc/san/chap"))
            .one("DaemonSet", "braid-node")
            .toString();
    assertThat(node)
        .contains(
            "{\"name\":\"BRAID_CHAP_FOLDER\",\"value\":\"/etc/braid/chap\"}",
            "{\"name\":\"chap\",\"mountPath\":\"/etc/braid/chap\",\"readOnly\":true}",
            "\"path\":\"/etc/san/chap\"");
    assertRefused(Helm.template("node.chapFolder=chap"), "chapFolder");
  }

  @Test
  @DisplayName("kubelet's folder may be another, and every path follows")
  void kubeletFolder() throws Exception {
    var objects = Helm.objects(Helm.template("node.kubeletFolder=/data/kubelet"));
    String node = objects.one("DaemonSet", "braid-node").toString();
    assertThat(node)
        .doesNotContain("/var/lib/kubelet")
        .contains(
            "unix:///data/kubelet/plugins/braid.dev/csi.sock",
            "/data/kubelet/plugins_registry/braid.dev-reg.sock");
    var mount =
        StreamSupport.stream(objects.container("node").path("volumeMounts").spliterator(), false)
            .filter(m -> m.path("name").asText().equals("kubelet"))
            .findFirst()
            .orElseThrow();
    assertThat(mount.path("mountPath").asText()).isEqualTo("/data/kubelet");
    assertThat(mount.path("mountPropagation").asText()).isEqualTo("Bidirectional");
  }

  @Test
  @DisplayName(
      "no Service in the namespace can put a variable in a pod that a program takes for a setting")
  void noServiceLinks() throws Exception {
    for (String kind : List.of("Deployment", "DaemonSet")) {
      for (JsonNode workload : plain().kind(kind)) {
        assertThat(workload.at("/spec/template/spec/enableServiceLinks").asBoolean(true)).isFalse();
      }
    }
  }

  @Test
  @DisplayName("deploy/braid.yaml is what the chart renders")
  void manifests() throws Exception {
    var rendered = Helm.start("deploy/render", List.of());
    assertThat(rendered.exit()).as(rendered.text()).isZero();
    assertThat(Files.readString(Repository.root().resolve("deploy/braid.yaml")))
        .as("after a change of the chart: deploy/render > deploy/braid.yaml")
        .isEqualTo(rendered.text());
    assertThat(Objects.of(rendered.text()).kind("CustomResourceDefinition")).hasSize(1);
  }

  @Test
  @DisplayName("the chart's definition of Initiator is the one that the build makes of the code")
  void definition() {
    assertThat(Helm.CHART.resolve("crds/initiators.yaml"))
        .as("after a change of Initiator: copy san-api/target/crds/*.yml")
        .hasSameBinaryContentAs(
            Repository.root().resolve("san-api/target/crds/initiators.braid.dev-v1.yml"));
  }

  /** {@code GROUP/RESOURCE [NAMES]: VERBS}, in order. */
  private static List<String> rules(JsonNode role) {
    var rules = new TreeSet<String>();
    for (JsonNode rule : role.path("rules")) {
      String names = rule.has("resourceNames") ? " " + texts(rule.path("resourceNames")) : "";
      String verbs = String.join(" ", new TreeSet<>(texts(rule.path("verbs"))));
      for (String group : texts(rule.path("apiGroups"))) {
        for (String resource : texts(rule.path("resources"))) {
          rules.add(group + "/" + resource + names + ": " + verbs);
        }
      }
    }
    return List.copyOf(rules);
  }

  private static List<String> texts(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText).toList();
  }

  private static List<String> names(JsonNode object) {
    var names = new TreeSet<String>();
    object.fieldNames().forEachRemaining(names::add);
    return List.copyOf(names);
  }

  private static String match(String pattern, String text) throws IOException {
    Matcher found = Pattern.compile(pattern).matcher(text);
    if (!found.find()) {
      throw new IOException("no " + pattern);
    }
    return found.group(1);
  }
}
