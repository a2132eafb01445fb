package dev.braid.node;

import com.google.protobuf.BoolValue;
import dev.braid.proto.csi.v1.GetPluginCapabilitiesRequest;
import dev.braid.proto.csi.v1.GetPluginCapabilitiesResponse;
import dev.braid.proto.csi.v1.GetPluginInfoRequest;
import dev.braid.proto.csi.v1.GetPluginInfoResponse;
import dev.braid.proto.csi.v1.IdentityGrpc;
import dev.braid.proto.csi.v1.PluginCapability;
import dev.braid.proto.csi.v1.ProbeRequest;
import dev.braid.proto.csi.v1.ProbeResponse;
import dev.braid.rpc.Calls;
import io.grpc.stub.StreamObserver;

/** CSI Identity of the node's half of the plugin; the other half is the controller. */
final class IdentityService extends IdentityGrpc.IdentityImplBase {

  static final String DRIVER = "braid.dev";

  private final String version;

  IdentityService(String version) {
    this.version = version;
  }

  @Override
  public void getPluginInfo(
      GetPluginInfoRequest request, StreamObserver<GetPluginInfoResponse> to) {
    Calls.answer(
        to,
        deadline ->
            GetPluginInfoResponse.newBuilder().setName(DRIVER).setVendorVersion(version).build());
  }

  @Override
  public void getPluginCapabilities(
      GetPluginCapabilitiesRequest request, StreamObserver<GetPluginCapabilitiesResponse> to) {
    Calls.answer(
        to,
        deadline ->
            GetPluginCapabilitiesResponse.newBuilder()
                .addCapabilities(
                    PluginCapability.newBuilder()
                        .setService(
                            PluginCapability.Service.newBuilder()
                                .setType(PluginCapability.Service.Type.CONTROLLER_SERVICE)))
                .build());
  }

  /** It serves as soon as it answers; what attaching needs is looked at by each attach itself. */
  @Override
  public void probe(ProbeRequest request, StreamObserver<ProbeResponse> to) {
    Calls.answer(to, deadline -> ProbeResponse.newBuilder().setReady(BoolValue.of(true)).build());
  }
}
