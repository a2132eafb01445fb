package dev.braid.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DynamicMessage;
import dev.braid.e2e.lab.Repository;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.CsiClient;
import dev.braid.e2e.stack.InStack;
import dev.braid.e2e.stack.Stack;
import dev.braid.proto.csi.v1.ControllerGetCapabilitiesRequest;
import dev.braid.proto.csi.v1.ControllerServiceCapability;
import dev.braid.proto.csi.v1.Csi;
import dev.braid.proto.csi.v1.GetPluginCapabilitiesRequest;
import dev.braid.proto.csi.v1.GetPluginInfoRequest;
import dev.braid.proto.csi.v1.NodeGetCapabilitiesRequest;
import dev.braid.proto.csi.v1.NodeGetInfoRequest;
import dev.braid.proto.csi.v1.NodeServiceCapability;
import dev.braid.proto.csi.v1.PluginCapability;
import dev.braid.proto.csi.v1.ValidateVolumeCapabilitiesRequest;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Holds the README's table of calls to what the programs answer at their real sockets. */
@InStack
class EveryRpcLabTest {

  private static final Pattern ROW =
      Pattern.compile("^\\| `(\\w+\\.\\w+)` \\| (works|not yet) \\| (\\w*) ?\\|$");

  private final Stack stack;

  EveryRpcLabTest(Stack stack) {
    this.stack = stack;
  }

  @Test
  @DisplayName(
      "Honesty: every CSI call works as the README says, or answers UNIMPLEMENTED and is not advertised")
  void tableIsTrue() throws IOException {
    var table = new TreeMap<String, String>();
    for (String line : Files.readAllLines(Repository.root().resolve("README.md"))) {
      var row = ROW.matcher(line);
      if (row.matches()) {
        table.put(row.group(1), row.group(2));
        if (row.group(2).equals("works")) {
          assertThat(shownBy(row.group(3))).as("test that shows " + row.group(1)).isTrue();
        }
      }
    }
    assertThat(table.keySet()).as("every call is in the table").isEqualTo(allCalls());

    var works = new TreeSet<String>();
    table.forEach(
        (call, state) -> {
          if (state.equals("works")) {
            works.add(call);
          }
        });
    assertThat(callsThatWork()).as("calls that worked in a volume's life").isEqualTo(works);

    var implemented = new ArrayList<String>();
    for (ServiceDescriptor service : Csi.getDescriptor().getServices()) {
      for (MethodDescriptor method : service.getMethods()) {
        for (CsiClient client : clients()) {
          if (!works.contains(name(method))
              && answer(client, method) != Status.Code.UNIMPLEMENTED) {
            implemented.add(name(method));
          }
        }
      }
    }
    assertThat(implemented)
        .as("calls that are not in the table as working, yet answered")
        .isEmpty();
  }

  @Test
  @DisplayName("Honesty: what is advertised is what works")
  void advertised() {
    var plugin =
        stack
            .controller()
            .client()
            .identity()
            .getPluginCapabilities(GetPluginCapabilitiesRequest.getDefaultInstance())
            .getCapabilitiesList()
            .stream()
            .map(c -> c.getService().getType())
            .toList();
    assertThat(plugin).containsExactly(PluginCapability.Service.Type.CONTROLLER_SERVICE);
    var controller =
        stack
            .controller()
            .client()
            .controller()
            .controllerGetCapabilities(ControllerGetCapabilitiesRequest.getDefaultInstance())
            .getCapabilitiesList()
            .stream()
            .map(c -> c.getRpc().getType())
            .toList();
    assertThat(controller)
        .containsExactlyInAnyOrder(
            ControllerServiceCapability.RPC.Type.CREATE_DELETE_VOLUME,
            ControllerServiceCapability.RPC.Type.PUBLISH_UNPUBLISH_VOLUME);
    for (var machine : List.of(stack.lab().node1(), stack.lab().node2())) {
      var node =
          stack
              .node(machine)
              .client()
              .node()
              .nodeGetCapabilities(NodeGetCapabilitiesRequest.getDefaultInstance())
              .getCapabilitiesList()
              .stream()
              .map(c -> c.getRpc().getType())
              .toList();
      assertThat(node)
          .containsExactly(
              NodeServiceCapability.RPC.Type.STAGE_UNSTAGE_VOLUME,
              NodeServiceCapability.RPC.Type.GET_VOLUME_STATS,
              NodeServiceCapability.RPC.Type.VOLUME_CONDITION,
              NodeServiceCapability.RPC.Type.GET_VOLUME_HEALTH,
              NodeServiceCapability.RPC.Type.GET_STORAGE_HEALTH);
    }
  }

  /** Lives a volume's life, and returns the calls that succeeded in it. */
  private Set<String> callsThatWork() {
    var clean = Leftovers.of(stack.lab());
    var node = stack.lab().node1();
    var volume = stack.create("every-rpc", 64L << 20, Capabilities.ext4());
    var controller = stack.controller().client();
    var confirmed =
        controller
            .controller()
            .validateVolumeCapabilities(
                ValidateVolumeCapabilitiesRequest.newBuilder()
                    .setVolumeId(volume.id().toString())
                    .addVolumeCapabilities(volume.capability())
                    .build())
            .getConfirmed();
    assertThat(confirmed.getVolumeCapabilitiesList()).containsExactly(volume.capability());
    for (CsiClient client : clients()) {
      var plugin = client.identity().getPluginInfo(GetPluginInfoRequest.getDefaultInstance());
      assertThat(plugin.getName()).isEqualTo("braid.dev");
      assertThat(plugin.getVendorVersion()).isNotEmpty();
      client.identity().getPluginCapabilities(GetPluginCapabilitiesRequest.getDefaultInstance());
    }
    controller
        .controller()
        .controllerGetCapabilities(ControllerGetCapabilitiesRequest.getDefaultInstance());
    var onNode = stack.node(node).client();
    onNode.node().nodeGetCapabilities(NodeGetCapabilitiesRequest.getDefaultInstance());
    var info = onNode.node().nodeGetInfo(NodeGetInfoRequest.getDefaultInstance());
    assertThat(info.getNodeId()).isEqualTo(node.name());
    assertThat(info.getMaxVolumesPerNode()).isEqualTo(4096);
    var context = stack.bringUp(volume, node);
    assertThat(stack.stats(volume, node).getVolumeCondition().getAbnormal()).isFalse();
    assertThat(stack.health(volume, node).getHealthStatusesList()).isEmpty();
    assertThat(stack.storageHealth(node)).isEmpty();
    stack.takeDown(volume, node, context);
    stack.delete(volume);
    clean.assertNoneSoon();

    var succeeded = new TreeSet<String>();
    clients()
        .forEach(
            c ->
                c.succeeded()
                    .forEach(
                        full ->
                            succeeded.add(full.substring("csi.v1.".length()).replace('/', '.'))));
    return succeeded;
  }

  private List<CsiClient> clients() {
    return List.of(
        stack.controller().client(),
        stack.node(stack.lab().node1()).client(),
        stack.node(stack.lab().node2()).client());
  }

  private static Set<String> allCalls() {
    var all = new TreeSet<String>();
    for (ServiceDescriptor service : Csi.getDescriptor().getServices()) {
      service.getMethods().forEach(m -> all.add(name(m)));
    }
    return all;
  }

  private static String name(MethodDescriptor method) {
    return method.getService().getName() + "." + method.getName();
  }

  /** Calls a method that has no stub worth the name, with an empty request. */
  private static Status.Code answer(CsiClient client, MethodDescriptor method) {
    var descriptor =
        io.grpc.MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
            .setType(method.isServerStreaming() ? MethodType.SERVER_STREAMING : MethodType.UNARY)
            .setFullMethodName(method.getService().getFullName() + "/" + method.getName())
            .setRequestMarshaller(
                ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getInputType())))
            .setResponseMarshaller(
                ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getOutputType())))
            .build();
    var request = DynamicMessage.getDefaultInstance(method.getInputType());
    try {
      if (method.isServerStreaming()) {
        ClientCalls.blockingServerStreamingCall(
                client.channel(), descriptor, CallOptions.DEFAULT, request)
            .forEachRemaining(m -> {});
      } else {
        ClientCalls.blockingUnaryCall(client.channel(), descriptor, CallOptions.DEFAULT, request);
      }
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  private static boolean shownBy(String test) {
    return Files.exists(
        Repository.root().resolve("e2e/src/test/java/dev/braid/e2e/volume/" + test + ".java"));
  }
}
