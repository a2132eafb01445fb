package dev.braid.controller;

import static dev.braid.controller.Requested.block;
import static dev.braid.controller.Requested.create;
import static dev.braid.controller.Requested.delete;
import static dev.braid.controller.Requested.mount;
import static dev.braid.controller.Requested.publish;
import static dev.braid.controller.Requested.unpublish;
import static dev.braid.controller.Requested.validate;
import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.PublishContext;
import dev.braid.base.VolumeId;
import dev.braid.base.error.NotFenced;
import dev.braid.proto.csi.v1.CapacityRange;
import dev.braid.proto.csi.v1.ControllerGetCapabilitiesRequest;
import dev.braid.proto.csi.v1.ControllerGrpc;
import dev.braid.proto.csi.v1.ControllerServiceCapability.RPC;
import dev.braid.proto.csi.v1.CreateVolumeRequest;
import dev.braid.proto.csi.v1.GetPluginCapabilitiesRequest;
import dev.braid.proto.csi.v1.GetPluginInfoRequest;
import dev.braid.proto.csi.v1.ListVolumesRequest;
import dev.braid.proto.csi.v1.PluginCapability.Service;
import dev.braid.proto.csi.v1.ProbeRequest;
import dev.braid.proto.csi.v1.Topology;
import dev.braid.proto.csi.v1.TopologyRequirement;
import dev.braid.proto.csi.v1.Volume;
import dev.braid.proto.csi.v1.VolumeCapability;
import dev.braid.proto.csi.v1.VolumeCapability.AccessMode.Mode;
import dev.braid.proto.csi.v1.VolumeContentSource;
import dev.braid.proto.csi.v1.VolumeContentSource.VolumeSource;
import dev.braid.proto.target.v1.UnpublishRequest;
import dev.braid.rpc.TestCertificates;
import dev.braid.rpc.TlsFiles;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The controller through its own socket, against a head without a kernel, over mutual TLS. */
class ControllerServiceTest {

  private static final String UNKNOWN = "fast/0123456789abcdef012345678";
  private static final String LONG = "v".repeat(129);
  private static final Duration SOON = Duration.ofSeconds(5);

  @TempDir Path folder;
  private World world;

  @BeforeEach
  void start() {
    world = new World(folder).withController();
  }

  @AfterEach
  void stop() {
    world.close();
  }

  private Volume make(String name) {
    return world.csi().createVolume(create(name).build()).getVolume();
  }

  private PublishContext given(String volumeId, String node) {
    return PublishContext.parse(
        world
            .csi()
            .controllerPublishVolume(publish(volumeId, node).build())
            .getPublishContextMap());
  }

  private static String assertRefused(Code code, Supplier<?> call) {
    try {
      Object answer = call.get();
      throw new AssertionError("succeeded with " + answer);
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).as(e.getMessage()).isEqualTo(code);
      return String.valueOf(e.getStatus().getDescription());
    }
  }

  private void assertCreateRefused(Code code, String says, CreateVolumeRequest.Builder request) {
    assertThat(assertRefused(code, () -> world.csi().createVolume(request.build()))).contains(says);
    assertThat(world.head.volumes()).isEmpty();
  }

  @Test
  @DisplayName(
      "F1: a volume's life, each call twice: the same answers, and nothing left at the end")
  void everyCallTwice() {
    Volume volume = make("one");
    assertThat(make("one")).isEqualTo(volume);
    assertThat(volume.getCapacityBytes()).isEqualTo(Requested.SIZE);
    String id = volume.getVolumeId();

    PublishContext context = given(id, "node1");
    assertThat(given(id, "node1")).isEqualTo(context);
    assertThat(context.wwid()).isEqualTo(VolumeId.parse(id).wwid());
    assertThat(context.portals()).hasSize(2);

    for (int i = 0; i < 2; i++) {
      assertThat(world.csi().controllerUnpublishVolume(unpublish(id, "node1").build())).isNotNull();
    }
    for (int i = 0; i < 2; i++) {
      assertThat(world.csi().deleteVolume(delete(id))).isNotNull();
    }
    assertThat(world.head.volumes()).isEmpty();
  }

  @Test
  @DisplayName("rule 7: the head is told how long to wait for the node's word before it fences")
  void attestWait() {
    String id = make("one").getVolumeId();
    world.csi().controllerUnpublishVolume(unpublish(id, "node1").build());
    world.csi().controllerUnpublishVolume(unpublish(id, "").build());
    assertThat(world.head.asked())
        .filteredOn(UnpublishRequest.class::isInstance)
        .map(UnpublishRequest.class::cast)
        .allMatch(r -> r.getAttestWaitMs() == World.ATTEST_WAIT.toMillis())
        .extracting(UnpublishRequest::getNode)
        .containsExactly("node1", "");
  }

  @Test
  @DisplayName("rule 7: what could not be fenced is not a success, and says why")
  void notFenced() {
    String id = make("one").getVolumeId();
    world.head.failNext(new NotFenced("a write of node1 is still in flight"));
    assertThat(
            assertRefused(
                Code.ABORTED,
                () -> world.csi().controllerUnpublishVolume(unpublish(id, "node1").build())))
        .contains("san1", "still in flight");
  }

  @Test
  @DisplayName("F2: names: missing, over 128 bytes, with control characters")
  void names() {
    assertCreateRefused(Code.INVALID_ARGUMENT, "name is missing", create(""));
    assertCreateRefused(Code.INVALID_ARGUMENT, "128 bytes", create("n".repeat(129)));
    assertCreateRefused(Code.INVALID_ARGUMENT, "128 bytes", create("é".repeat(65)));
    assertCreateRefused(Code.INVALID_ARGUMENT, "control", create("a\nb"));
    assertThat(make("n".repeat(128)).getVolumeId()).startsWith("fast/");
  }

  @Test
  @DisplayName("F2: sizes: negative, none of the two, contradicting, more than can be had")
  void sizes() {
    assertCreateRefused(Code.INVALID_ARGUMENT, "negative", sized(-1, 0));
    assertCreateRefused(Code.INVALID_ARGUMENT, "negative", sized(0, -1));
    assertCreateRefused(Code.INVALID_ARGUMENT, "missing", sized(0, 0));
    assertCreateRefused(Code.INVALID_ARGUMENT, "less than", sized(2, 1));
    assertCreateRefused(Code.OUT_OF_RANGE, "at most", sized(Long.MAX_VALUE, 0));
    assertThat(world.csi().createVolume(create("wish").clearCapacityRange().build()))
        .satisfies(r -> assertThat(r.getVolume().getCapacityBytes()).isPositive());
  }

  private static CreateVolumeRequest.Builder sized(long required, long limit) {
    return create("one")
        .setCapacityRange(
            CapacityRange.newBuilder().setRequiredBytes(required).setLimitBytes(limit));
  }

  @Test
  @DisplayName("F2: a name that is taken by a volume of another size is ALREADY_EXISTS")
  void contradiction() {
    Volume volume = make("one");
    assertRefused(
        Code.ALREADY_EXISTS, () -> world.csi().createVolume(sized(Requested.SIZE * 2, 0).build()));
    assertThat(make("one")).isEqualTo(volume);
  }

  @Test
  @DisplayName(
      "F10: a StorageClass without a pool, with one that cannot be or is unknown, or an unknown"
          + " key")
  void parameters() {
    assertCreateRefused(
        Code.INVALID_ARGUMENT, "'pool' is missing", create("one").clearParameters());
    assertCreateRefused(Code.INVALID_ARGUMENT, "../x", create("one").putParameters("pool", "../x"));
    assertCreateRefused(
        Code.INVALID_ARGUMENT, "'slow'", create("one").putParameters("pool", "slow"));
    assertCreateRefused(
        Code.INVALID_ARGUMENT, "[fast]", create("one").putParameters("pool", "slow"));
    assertCreateRefused(
        Code.INVALID_ARGUMENT, "'poool'", create("one").putParameters("poool", "fast"));
    assertCreateRefused(
        Code.INVALID_ARGUMENT,
        "StorageClass anew",
        create("one").putParameters("csi.storage.k8s.io.example/x", "y"));
  }

  @Test
  @DisplayName("F10: the provisioner's own parameters pass")
  void parametersOfTheProvisioner() {
    assertThat(
            world
                .csi()
                .createVolume(
                    create("one")
                        .putParameters("csi.storage.k8s.io/pv/name", "pvc-1")
                        .putParameters("csi.storage.k8s.io/pvc/namespace", "default")
                        .build())
                .getVolume()
                .getVolumeId())
        .startsWith("fast/");
  }

  @Test
  @DisplayName("F2: capabilities: none, incomplete, and each that Braid does not have")
  void capabilities() {
    assertCreateRefused(Code.INVALID_ARGUMENT, "missing", create("one").clearVolumeCapabilities());
    assertCreateRefused(
        Code.INVALID_ARGUMENT,
        "access_type",
        create("one")
            .addVolumeCapabilities(
                VolumeCapability.newBuilder().setAccessMode(block().getAccessMode())));
    assertCreateRefused(
        Code.INVALID_ARGUMENT,
        "access_mode",
        create("one").addVolumeCapabilities(block(Mode.UNKNOWN)));
    assertCreateRefused(
        Code.INVALID_ARGUMENT, "xfs", create("one").addVolumeCapabilities(mount("xfs")));
    for (Mode mode :
        List.of(
            Mode.SINGLE_NODE_READER_ONLY,
            Mode.MULTI_NODE_READER_ONLY,
            Mode.MULTI_NODE_SINGLE_WRITER,
            Mode.MULTI_NODE_MULTI_WRITER,
            Mode.SINGLE_NODE_SINGLE_WRITER,
            Mode.SINGLE_NODE_MULTI_WRITER)) {
      assertCreateRefused(
          Code.INVALID_ARGUMENT, mode.name(), create("one").addVolumeCapabilities(block(mode)));
    }
  }

  @Test
  @DisplayName("F2: what is not advertised is refused by name, not passed over")
  void notOffered() {
    assertCreateRefused(
        Code.INVALID_ARGUMENT,
        "volume_content_source",
        create("one")
            .setVolumeContentSource(
                VolumeContentSource.newBuilder()
                    .setVolume(VolumeSource.newBuilder().setVolumeId(UNKNOWN))));
    assertCreateRefused(
        Code.INVALID_ARGUMENT,
        "accessibility_requirements",
        create("one")
            .setAccessibilityRequirements(
                TopologyRequirement.newBuilder().addRequisite(Topology.getDefaultInstance())));
    assertCreateRefused(
        Code.INVALID_ARGUMENT,
        "mutable_parameters",
        create("one").putChangeableParameters("iops", "1"));
    String id = make("one").getVolumeId();
    assertThat(
            assertRefused(
                Code.INVALID_ARGUMENT,
                () ->
                    world
                        .csi()
                        .controllerPublishVolume(publish(id, "node1").setReadonly(true).build())))
        .contains("readonly");
  }

  @Test
  @DisplayName("F2: publish: missing fields, unknown volume and node, ids that cannot be")
  void publishRefused() {
    String id = make("one").getVolumeId();
    assertPublishRefused(Code.INVALID_ARGUMENT, "volume_id", "", "node1");
    assertPublishRefused(Code.INVALID_ARGUMENT, "node_id", id, "");
    assertPublishRefused(Code.INVALID_ARGUMENT, "volume_id", LONG, "node1");
    assertPublishRefused(Code.NOT_FOUND, UNKNOWN, UNKNOWN, "node1");
    assertPublishRefused(Code.NOT_FOUND, "no-such-form", "no-such-form", "node1");
    assertPublishRefused(Code.NOT_FOUND, "slow", UNKNOWN.replace("fast", "slow"), "node1");
    assertPublishRefused(Code.NOT_FOUND, "node9", id, "node9");
    assertPublishRefused(Code.NOT_FOUND, "Node 1", id, "Node 1");
    assertRefused(
        Code.INVALID_ARGUMENT,
        () ->
            world
                .csi()
                .controllerPublishVolume(publish(id, "node1").clearVolumeCapability().build()));
    assertRefused(
        Code.INVALID_ARGUMENT,
        () ->
            world
                .csi()
                .controllerPublishVolume(
                    publish(id, "node1").setVolumeCapability(mount("xfs")).build()));
  }

  private void assertPublishRefused(Code code, String says, String volumeId, String node) {
    assertThat(
            assertRefused(
                code, () -> world.csi().controllerPublishVolume(publish(volumeId, node).build())))
        .contains(says);
  }

  @Test
  @DisplayName("F2: a volume that another node has is FAILED_PRECONDITION and names that node")
  void anotherNode() {
    String id = make("one").getVolumeId();
    given(id, "node1");
    assertPublishRefused(Code.FAILED_PRECONDITION, "node1", id, "node2");
    assertThat(assertRefused(Code.FAILED_PRECONDITION, () -> world.csi().deleteVolume(delete(id))))
        .contains("node1");
  }

  @Test
  @DisplayName("F2: taking back and deleting what cannot exist succeeds; an unknown pool does not")
  void goneAlready() {
    for (String gone : List.of(UNKNOWN, "no-such-form")) {
      assertThat(world.csi().deleteVolume(delete(gone))).isNotNull();
      assertThat(world.csi().controllerUnpublishVolume(unpublish(gone, "node1").build()))
          .isNotNull();
    }
    assertThat(world.csi().controllerUnpublishVolume(unpublish(UNKNOWN, "node9").build()))
        .isNotNull();
    String lost = UNKNOWN.replace("fast", "slow");
    assertRefused(Code.FAILED_PRECONDITION, () -> world.csi().deleteVolume(delete(lost)));
    assertRefused(
        Code.FAILED_PRECONDITION,
        () -> world.csi().controllerUnpublishVolume(unpublish(lost, "node1").build()));
    assertRefused(Code.INVALID_ARGUMENT, () -> world.csi().deleteVolume(delete("")));
    assertRefused(Code.INVALID_ARGUMENT, () -> world.csi().deleteVolume(delete(LONG)));
    assertRefused(
        Code.INVALID_ARGUMENT,
        () -> world.csi().controllerUnpublishVolume(unpublish("", "node1").build()));
  }

  @Test
  @DisplayName("F2: validation confirms what holds, says why not, and knows what does not exist")
  void validation() {
    String id = make("one").getVolumeId();
    var good = validate(id).putParameters("pool", "fast").build();
    var confirmed = world.csi().validateVolumeCapabilities(good);
    assertThat(confirmed.getConfirmed().getVolumeCapabilitiesList())
        .isEqualTo(good.getVolumeCapabilitiesList());
    assertThat(confirmed.getConfirmed().getParametersMap()).isEqualTo(Map.of("pool", "fast"));
    for (var wrong :
        Map.of(
                "MULTI_NODE_MULTI_WRITER",
                validate(id).addVolumeCapabilities(block(Mode.MULTI_NODE_MULTI_WRITER)),
                "xfs",
                validate(id).addVolumeCapabilities(mount("xfs")),
                "in pool fast",
                validate(id).putParameters("pool", "slow"),
                "poool",
                validate(id).putParameters("poool", "fast"),
                "mutable",
                validate(id).putChangeableParameters("iops", "1"))
            .entrySet()) {
      var answer = world.csi().validateVolumeCapabilities(wrong.getValue().build());
      assertThat(answer.hasConfirmed()).as(wrong.getKey()).isFalse();
      assertThat(answer.getMessage()).contains(wrong.getKey());
    }
    for (String unknown : List.of(UNKNOWN, "no-such-form", UNKNOWN.replace("fast", "slow"))) {
      assertRefused(
          Code.NOT_FOUND, () -> world.csi().validateVolumeCapabilities(validate(unknown).build()));
    }
    assertRefused(
        Code.INVALID_ARGUMENT, () -> world.csi().validateVolumeCapabilities(validate("").build()));
    assertRefused(
        Code.INVALID_ARGUMENT,
        () ->
            world.csi().validateVolumeCapabilities(validate(id).clearVolumeCapabilities().build()));
  }

  @Test
  @DisplayName("F3: the agent down: UNAVAILABLE within 5 s each time; up again, a retry finishes")
  void agentDown() {
    String id = make("one").getVolumeId();
    world.stopHead();
    for (Supplier<?> call :
        List.<Supplier<?>>of(
            () -> make("two"),
            () -> given(id, "node1"),
            () -> world.csi().controllerUnpublishVolume(unpublish(id, "node1").build()),
            () -> world.csi().deleteVolume(delete(id)),
            () -> world.csi().validateVolumeCapabilities(validate(id).build()))) {
      assertSoonRefused(Code.UNAVAILABLE, call);
    }
    world.startHead();
    assertThat(given(id, "node1").lun().value()).isPositive();
    make("two");
    assertThat(world.head.volumes()).hasSize(2);
  }

  @Test
  @DisplayName("F3: certificate of another CA, of the wrong role, or missing: UNAUTHENTICATED")
  void certificateWrong() {
    var own = world.ca.client("controller");
    var stranger = new TestCertificates(folder, "other").client("stranger");
    for (TlsFiles wrong :
        List.of(
            new TlsFiles(own.ca(), stranger.certificate(), stranger.key()),
            new TlsFiles(stranger.ca(), own.certificate(), own.key()),
            world.ca.head("posing-as-client"),
            new TlsFiles(own.ca(), folder.resolve("nothing.pem"), own.key()))) {
      world.withController(wrong);
      assertSoonRefused(Code.UNAUTHENTICATED, () -> make("one"));
    }
    assertThat(world.head.asked()).isEmpty();
    world.withController(own);
    assertThat(make("one").getVolumeId()).startsWith("fast/");
  }

  private static void assertSoonRefused(Code code, Supplier<?> call) {
    long start = System.nanoTime();
    assertThat(assertRefused(code, call)).isNotEmpty();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
  }

  @Test
  @DisplayName("the topology is read anew when its file changes, and a broken one is not used")
  void topologyChanges() {
    String id = make("one").getVolumeId();
    assertPublishRefused(Code.NOT_FOUND, "node3", id, "node3");
    world.writeTopology(
        world.topologyText() + "  - {name: node3, initiator: 'iqn.2024-01.test:node3'}\n");
    assertThat(given(id, "node3").lun().value()).isPositive();
    world.writeTopology("heads: [");
    assertThat(make("two").getVolumeId()).startsWith("fast/");
  }

  @Test
  @DisplayName("what is advertised is what is served; every other call is UNIMPLEMENTED")
  void advertised() {
    assertThat(
            world
                .csi()
                .controllerGetCapabilities(ControllerGetCapabilitiesRequest.getDefaultInstance())
                .getCapabilitiesList())
        .extracting(c -> c.getRpc().getType())
        .containsExactlyInAnyOrder(
            RPC.Type.CREATE_DELETE_VOLUME, RPC.Type.PUBLISH_UNPUBLISH_VOLUME);
    var codes = new TreeMap<String, Boolean>();
    for (var method : ControllerGrpc.getServiceDescriptor().getMethods()) {
      codes.put(String.valueOf(method.getBareMethodName()), served(method));
    }
    assertThat(codes.entrySet())
        .filteredOn(Map.Entry::getValue)
        .extracting(Map.Entry::getKey)
        .containsExactlyInAnyOrder(
            "CreateVolume",
            "DeleteVolume",
            "ControllerPublishVolume",
            "ControllerUnpublishVolume",
            "ValidateVolumeCapabilities",
            "ControllerGetCapabilities");
    assertRefused(
        Code.UNIMPLEMENTED, () -> world.csi().listVolumes(ListVolumesRequest.getDefaultInstance()));
  }

  private <Q, A> boolean served(io.grpc.MethodDescriptor<Q, A> method) {
    Q empty = method.getRequestMarshaller().parse(new java.io.ByteArrayInputStream(new byte[0]));
    try {
      io.grpc.stub.ClientCalls.blockingUnaryCall(
          world.csi().getChannel(), method, io.grpc.CallOptions.DEFAULT, empty);
      return true;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode() != Code.UNIMPLEMENTED;
    }
  }

  @Test
  @DisplayName("Identity: braid.dev, with a controller, ready")
  void identity() {
    var info = world.identity().getPluginInfo(GetPluginInfoRequest.getDefaultInstance());
    assertThat(info.getName()).isEqualTo("braid.dev");
    assertThat(info.getVendorVersion()).isNotEmpty();
    assertThat(
            world
                .identity()
                .getPluginCapabilities(GetPluginCapabilitiesRequest.getDefaultInstance())
                .getCapabilitiesList())
        .extracting(c -> c.getService().getType())
        .containsExactly(Service.Type.CONTROLLER_SERVICE);
    assertThat(world.identity().probe(ProbeRequest.getDefaultInstance()).getReady().getValue())
        .isTrue();
  }
}
