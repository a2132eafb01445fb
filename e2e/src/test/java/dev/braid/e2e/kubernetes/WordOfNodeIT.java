package dev.braid.e2e.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.braid.base.BootId;
import dev.braid.base.Deadline;
import dev.braid.base.Generation;
import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.PoolName;
import dev.braid.base.Serial;
import dev.braid.base.VolumeId;
import dev.braid.base.error.ApiUnreachable;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Steps;
import dev.braid.e2e.lab.Repository;
import dev.braid.node.NodeEnd;
import dev.braid.proto.csi.v1.CapacityRange;
import dev.braid.proto.csi.v1.ControllerGrpc;
import dev.braid.proto.csi.v1.ControllerGrpc.ControllerBlockingStub;
import dev.braid.proto.csi.v1.ControllerPublishVolumeRequest;
import dev.braid.proto.csi.v1.ControllerUnpublishVolumeRequest;
import dev.braid.proto.csi.v1.CreateVolumeRequest;
import dev.braid.proto.csi.v1.VolumeCapability;
import dev.braid.rpc.Endpoint;
import dev.braid.rpc.FakeHead;
import dev.braid.rpc.RpcServer;
import dev.braid.rpc.TestCertificates;
import dev.braid.san.AttestedGeneration;
import dev.braid.san.InitiatorApi;
import dev.braid.san.InitiatorStatus;
import dev.braid.san.KubernetesInitiators;
import dev.braid.san.NodeInitiator;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Initiators in a real API server, and the whole way of a node's word through it. By its name it is
 * over before the lab's cluster starts: see the order in e2e's pom.xml.
 */
@Timeout(300)
class WordOfNodeIT {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final BootId BOOT = new BootId("00000000-0000-4000-8000-000000000001");
  private static final VolumeId VOLUME =
      new VolumeId(new PoolName("fast"), new Serial("0123456789abcdef012345678"));
  private static final Generation FIRST = new Generation(1);
  private static final Steps STEPS = Steps.unobserved();

  @TempDir static Path folder;
  private static ApiServer server;
  private static Config admin;
  private static KubernetesClient client;
  private static KubernetesInitiators api;

  @BeforeAll
  static void start() throws IOException {
    server = ApiServers.start(Files.createDirectory(folder.resolve("api")));
    admin = Config.fromKubeconfig(Files.readString(server.kubeconfig()));
    client = new KubernetesClientBuilder().withConfig(admin).build();
    api = KubernetesInitiators.connect(admin);
    try (InputStream definition =
        Files.newInputStream(Repository.root().resolve("charts/braid/crds/initiators.yaml"))) {
      client.load(definition).create();
    }
    await().atMost(SOON).ignoreExceptions().until(() -> api.list().isEmpty());
  }

  @AfterAll
  static void stop() {
    api.close();
    client.close();
    server.close();
  }

  private static NodeInitiator make(String node) {
    return STEPS.call(
        "make", step -> api.make(step, new NodeName(node), new Iqn("iqn.2026-01.test:" + node)));
  }

  private static InitiatorStatus change(
      String node, java.util.function.UnaryOperator<InitiatorStatus> change) {
    return STEPS
        .call("change", step -> api.change(step, new NodeName(node), change, Deadline.after(SOON)))
        .orElseThrow();
  }

  private static GenericKubernetesResource raw(String name, Map<String, Object> fields) {
    var resource = new GenericKubernetesResource();
    resource.setApiVersion("braid.dev/v1alpha1");
    resource.setKind("Initiator");
    resource.setMetadata(new ObjectMetaBuilder().withName(name).build());
    fields.forEach(resource::setAdditionalProperty);
    return resource;
  }

  @Test
  @DisplayName("the API server takes the definition, and keeps what is written, value for value")
  void roundTrip() {
    assertThat(make("round").iqn()).isEqualTo(new Iqn("iqn.2026-01.test:round"));
    assertThat(make("round")).as("made again, the same").isEqualTo(make("round"));
    var word = AttestedGeneration.of(VOLUME, new Generation(Long.MAX_VALUE), BOOT);
    var after = change("round", s -> s.heardIn(BOOT).with(word).withdrawn(VOLUME, FIRST));
    assertThat(api.find(new NodeName("round"))).get().extracting("status").isEqualTo(after);
    assertThat(after.words()).containsExactly(word);
    assertThat(api.find(new NodeName("none"))).isEmpty();
  }

  @Test
  @DisplayName("rule 7: an Initiator's IQN cannot change, and one that is none is not let in")
  void iqn() {
    make("fixed");
    var there = client.genericKubernetesResources("braid.dev/v1alpha1", "Initiator");
    assertThatThrownBy(
            () ->
                there
                    .withName("fixed")
                    .edit(
                        i -> {
                          i.setAdditionalProperty("spec", Map.of("iqn", "iqn.2026-01.test:other"));
                          return i;
                        }))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining("iqn cannot change");
    assertThatThrownBy(
            () ->
                there
                    .withName("fixed")
                    .edit(
                        i -> {
                          i.getAdditionalProperties().remove("spec");
                          return i;
                        }))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining("spec.iqn is missing");
    for (String wrong :
        List.of("node1", "iqn.2026-01.Test:a", "", "iqn.2026-01.a:" + "a".repeat(223))) {
      assertThatThrownBy(
              () -> there.resource(raw("wrong", Map.of("spec", Map.of("iqn", wrong)))).create())
          .as(wrong)
          .isInstanceOf(KubernetesClientException.class);
    }
  }

  @Test
  @DisplayName(
      "rule 7: who wrote in between is not written over; the change is made to what he wrote")
  void conflict() {
    make("both");
    var times = new AtomicInteger();
    change(
        "both",
        mine -> {
          if (times.incrementAndGet() == 1) {
            change("both", others -> others.withdrawn(VOLUME, FIRST));
          }
          return mine.heardIn(BOOT);
        });
    assertThat(times).hasValue(2);
    var status = api.find(new NodeName("both")).orElseThrow().status();
    assertThat(status.withdrawals()).isEqualTo(1);
    assertThat(status.bootId()).isEqualTo(BOOT.text());
  }

  @Test
  @DisplayName(
      "rule 15: the API server away and back: unreachable within seconds; a watch goes on by itself")
  void awayAndBack() {
    make("away");
    var heard = new CopyOnWriteArrayList<String>();
    try (var watch =
        api.watch(
            Optional.of(new NodeName("away")),
            new InitiatorApi.Watcher() {
              @Override
              public void now(NodeInitiator initiator) {
                heard.add(initiator.node() + " " + initiator.status().bootId());
              }

              @Override
              public void gone(NodeName node) {
                heard.add(node + " gone");
              }
            })) {
      await().atMost(SOON).until(() -> heard.contains("away null"));
      server.takeAway();
      long start = System.nanoTime();
      assertThatThrownBy(() -> change("away", s -> s.heardIn(BOOT)))
          .isInstanceOf(ApiUnreachable.class);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
      server.putBack();
      change("away", s -> s.heardIn(BOOT));
      await().atMost(SOON).until(() -> heard.contains("away " + BOOT));
    }
  }

  @Test
  @DisplayName(
      "a node plugin writes its own Initiator, status included, no other, and deletes none")
  void policy() throws IOException {
    apply(shippedPolicy());
    apply(
        """
                apiVersion: v1
                kind: Namespace
                metadata: {name: braid-system}
                ---
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: braid-node, namespace: braid-system}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: braid-node}
                rules:
                - {apiGroups: [braid.dev], resources: [initiators], verbs: ["*"]}
                - {apiGroups: [braid.dev], resources: [initiators/status], verbs: ["*"]}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: braid-node}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: braid-node}
                subjects: [{kind: ServiceAccount, name: braid-node, namespace: braid-system}]
                """);
    var node =
        client
            .resource(new NodeBuilder().withNewMetadata().withName("mine").endMetadata().build())
            .create();
    make("others");
    var request =
        new TokenRequestBuilder()
            .withNewSpec()
            .withNewBoundObjectRef()
            .withApiVersion("v1")
            .withKind("Node")
            .withName("mine")
            .withUid(node.getMetadata().getUid())
            .endBoundObjectRef()
            .endSpec()
            .build();
    try (var mine = KubernetesInitiators.connect(as(request));
        var raw = new KubernetesClientBuilder().withConfig(as(request)).build();
        var nobody =
            KubernetesInitiators.connect(
                as(new TokenRequestBuilder().withNewSpec().endSpec().build()))) {
      // The policy is in force a moment after it was made.
      var unnamed = new AtomicInteger();
      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> made(nobody, "early" + unnamed.incrementAndGet()))
                      .isInstanceOf(Refused.class)
                      .hasMessageContaining("names no node"));
      made(mine, "mine");
      STEPS.call(
          "say",
          s -> mine.change(s, new NodeName("mine"), i -> i.heardIn(BOOT), Deadline.after(SOON)));
      assertThat(api.find(new NodeName("mine")).orElseThrow().status().bootId())
          .isEqualTo(BOOT.text());
      assertThatThrownBy(() -> made(mine, "another"))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("its own Initiator only, not another");
      assertThatThrownBy(
              () ->
                  STEPS.call(
                      "say",
                      s ->
                          mine.change(
                              s,
                              new NodeName("others"),
                              i -> i.heardIn(BOOT),
                              Deadline.after(SOON))))
          .isInstanceOf(Refused.class);
      assertThatThrownBy(
              () ->
                  raw.genericKubernetesResources("braid.dev/v1alpha1", "Initiator")
                      .withName("mine")
                      .delete())
          .isInstanceOf(KubernetesClientException.class)
          .hasMessageContaining("does not delete");
    }
  }

  private static NodeInitiator made(InitiatorApi by, String node) {
    return STEPS.call(
        "make", step -> by.make(step, new NodeName(node), new Iqn("iqn.2026-01.test:" + node)));
  }

  /** The policy as users get it; a test of the chart holds that file to the chart. */
  private static String shippedPolicy() throws IOException {
    String all = Files.readString(Repository.root().resolve("deploy/braid.yaml"));
    String policy =
        Arrays.stream(all.split("\n---"))
            .filter(object -> object.contains("\nkind: ValidatingAdmissionPolicy"))
            .collect(Collectors.joining("\n---"));
    assertThat(policy).contains("kind: ValidatingAdmissionPolicyBinding");
    return policy;
  }

  private static void apply(String yaml) {
    client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))).create();
  }

  private static Config as(io.fabric8.kubernetes.api.model.authentication.TokenRequest request) {
    String token =
        client
            .serviceAccounts()
            .inNamespace("braid-system")
            .withName("braid-node")
            .tokenRequest(request)
            .getStatus()
            .getToken();
    return new ConfigBuilder(admin).withOauthToken(token).withAutoOAuthToken(token).build();
  }

  @Test
  @DisplayName(
      "rules 7, 8: a word's whole way, from the node's disk to the head, with the API server away"
          + " in between; a fence, its debt and the answer")
  void wholeWay() throws Exception {
    var head = new FakeHead();
    var certificates = new TestCertificates(Files.createDirectory(folder.resolve("tls")), "san");
    Path records = Files.createDirectories(folder.resolve("node/staged"));
    var name = new NodeName("way");
    try (var serving =
            RpcServer.onTcp(
                new Endpoint.Tcp("127.0.0.1", 0), certificates.head("san1"), List.of(head));
        var controller = controller(serving.port(), certificates);
        var node =
            new NodeEnd(
                name,
                new Iqn("iqn.2026-01.test:way"),
                records,
                () -> KubernetesInitiators.connect(admin))) {
      await().atMost(SOON).until(() -> api.find(name).isPresent());
      VolumeId volume =
          VolumeId.parse(
              controller
                  .csi()
                  .createVolume(
                      CreateVolumeRequest.newBuilder()
                          .setName("one")
                          .setCapacityRange(CapacityRange.newBuilder().setRequiredBytes(1 << 20))
                          .addVolumeCapabilities(block())
                          .putParameters("pool", "fast")
                          .build())
                  .getVolume()
                  .getVolumeId());

      Generation first = controller.publish(volume, name);
      node.stage(volume, first);
      server.takeAway();
      node.unstage(volume);
      server.putBack();
      await()
          .atMost(SOON)
          .until(() -> api.find(name).orElseThrow().status().attests(volume, first));
      controller.unpublish(volume, name);
      assertThat(head.debts()).as("attested").isEmpty();
      await().atMost(SOON).until(() -> !node.hasRecord(volume));
      assertThat(api.find(name).orElseThrow().status().words()).isEmpty();

      Generation second = controller.publish(volume, name);
      assertThat(second).isGreaterThan(first);
      node.stage(volume, second);
      controller.unpublish(volume, name);
      assertThat(head.debts()).as("fenced").isNotEmpty();
      await()
          .atMost(SOON)
          .until(
              () ->
                  !api.find(name).orElseThrow().status().owed().isEmpty()
                      || head.debts().isEmpty());
      node.unstage(volume);
      await().atMost(SOON).until(() -> head.debts().isEmpty());
      await()
          .atMost(SOON)
          .until(
              () -> {
                var status = api.find(name).orElseThrow().status();
                return status.owed().isEmpty() && status.words().isEmpty();
              });
      await().atMost(SOON).until(() -> !node.hasRecord(volume));
    }
  }

  private static VolumeCapability block() {
    return VolumeCapability.newBuilder()
        .setBlock(VolumeCapability.BlockVolume.getDefaultInstance())
        .setAccessMode(
            VolumeCapability.AccessMode.newBuilder()
                .setMode(VolumeCapability.AccessMode.Mode.SINGLE_NODE_WRITER))
        .build();
  }

  private static RunningController controller(int headPort, TestCertificates certificates)
      throws IOException {
    Path socket = folder.resolve("controller.sock");
    Path topology =
        Files.writeString(
            folder.resolve("topology.yaml"),
            """
            heads: [{name: san1, address: "127.0.0.1:%d"}]
            pools: [{name: fast, head: san1}]
            """
                .formatted(headPort));
    var tls = certificates.client("controller");
    var builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.braid.controller.Main")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("controller.log").toFile());
    builder.environment().keySet().removeIf(key -> key.startsWith("BRAID_"));
    builder
        .environment()
        .putAll(
            Map.of(
                "KUBECONFIG", server.kubeconfig().toString(),
                "BRAID_KUBERNETES", "on",
                "BRAID_ENDPOINT", "unix://" + socket,
                "BRAID_TOPOLOGY_FILE", topology.toString(),
                "BRAID_TLS_CA", tls.ca().toString(),
                "BRAID_TLS_CERT", tls.certificate().toString(),
                "BRAID_TLS_KEY", tls.key().toString()));
    Process process = builder.start();
    await().atMost(SOON).until(() -> Files.exists(socket) || !process.isAlive());
    assertThat(process.isAlive()).as(Files.readString(folder.resolve("controller.log"))).isTrue();
    var loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    return new RunningController(
        process,
        loop,
        NettyChannelBuilder.forAddress(java.net.UnixDomainSocketAddress.of(socket))
            .channelType(NioDomainSocketChannel.class)
            .eventLoopGroup(loop)
            .overrideAuthority("localhost")
            .usePlaintext()
            .build());
  }

  private record RunningController(
      Process process, MultiThreadIoEventLoopGroup loop, ManagedChannel channel)
      implements AutoCloseable {

    ControllerBlockingStub csi() {
      return ControllerGrpc.newBlockingStub(channel)
          .withWaitForReady()
          .withDeadlineAfter(60, TimeUnit.SECONDS);
    }

    Generation publish(VolumeId volume, NodeName node) {
      return dev.braid.base.PublishContext.parse(
              csi()
                  .controllerPublishVolume(
                      ControllerPublishVolumeRequest.newBuilder()
                          .setVolumeId(volume.toString())
                          .setNodeId(node.name())
                          .setVolumeCapability(block())
                          .build())
                  .getPublishContextMap())
          .generation();
    }

    void unpublish(VolumeId volume, NodeName node) {
      var unused =
          csi()
              .controllerUnpublishVolume(
                  ControllerUnpublishVolumeRequest.newBuilder()
                      .setVolumeId(volume.toString())
                      .setNodeId(node.name())
                      .build());
    }

    @Override
    public void close() throws InterruptedException {
      channel.shutdownNow();
      process.destroy();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      loop.shutdownGracefully();
    }
  }
}
