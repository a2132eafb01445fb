package dev.braid.controller;

import com.google.protobuf.BoolValue;
import dev.braid.base.Version;
import dev.braid.proto.csi.v1.GetPluginCapabilitiesRequest;
import dev.braid.proto.csi.v1.GetPluginCapabilitiesResponse;
import dev.braid.proto.csi.v1.GetPluginInfoRequest;
import dev.braid.proto.csi.v1.GetPluginInfoResponse;
import dev.braid.proto.csi.v1.IdentityGrpc;
import dev.braid.proto.csi.v1.PluginCapability;
import dev.braid.proto.csi.v1.PluginCapability.Service;
import dev.braid.proto.csi.v1.ProbeRequest;
import dev.braid.proto.csi.v1.ProbeResponse;
import dev.braid.rpc.Calls;
import io.grpc.stub.StreamObserver;

/** CSI's Identity service, as the controller answers it. */
final class IdentityService extends IdentityGrpc.IdentityImplBase {

  private static final String NAME = "braid.dev";

  @Override
  public void getPluginInfo(
      GetPluginInfoRequest request, StreamObserver<GetPluginInfoResponse> to) {
    Calls.answer(
        to,
        deadline ->
            GetPluginInfoResponse.newBuilder()
                .setName(NAME)
                .setVendorVersion(Version.TEXT)
                .build());
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
                        .setService(Service.newBuilder().setType(Service.Type.CONTROLLER_SERVICE)))
                .build());
  }

  /**
   * Ready as soon as it answers. A head that is down does not make the controller unready: a
   * restart of the controller would mend nothing, and its other heads go on.
   */
  @Override
  public void probe(ProbeRequest request, StreamObserver<ProbeResponse> to) {
    Calls.answer(to, deadline -> ProbeResponse.newBuilder().setReady(BoolValue.of(true)).build());
  }
}
