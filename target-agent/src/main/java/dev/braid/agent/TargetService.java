package dev.braid.agent;

import dev.braid.agent.book.VolumeState;
import dev.braid.base.BootId;
import dev.braid.base.Generation;
import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.PoolName;
import dev.braid.base.Serial;
import dev.braid.base.VolumeId;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.NotFound;
import dev.braid.proto.target.v1.AttestRequest;
import dev.braid.proto.target.v1.AttestResponse;
import dev.braid.proto.target.v1.CreateVolumeRequest;
import dev.braid.proto.target.v1.CreateVolumeResponse;
import dev.braid.proto.target.v1.Debt;
import dev.braid.proto.target.v1.DeleteVolumeRequest;
import dev.braid.proto.target.v1.DeleteVolumeResponse;
import dev.braid.proto.target.v1.GetVolumeRequest;
import dev.braid.proto.target.v1.GetVolumeResponse;
import dev.braid.proto.target.v1.ListDebtsRequest;
import dev.braid.proto.target.v1.ListDebtsResponse;
import dev.braid.proto.target.v1.Portal;
import dev.braid.proto.target.v1.Publication;
import dev.braid.proto.target.v1.PublishRequest;
import dev.braid.proto.target.v1.PublishResponse;
import dev.braid.proto.target.v1.TargetGrpc;
import dev.braid.proto.target.v1.UnpublishRequest;
import dev.braid.proto.target.v1.UnpublishResponse;
import dev.braid.proto.target.v1.Volume;
import dev.braid.proto.target.v1.WithdrawRequest;
import dev.braid.proto.target.v1.WithdrawResponse;
import dev.braid.rpc.Calls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Optional;

/** {@code target.proto}: each call is one verb. */
final class TargetService extends TargetGrpc.TargetImplBase {

  private final Agent agent;

  TargetService(Agent agent) {
    this.agent = agent;
  }

  @Override
  public void createVolume(
      CreateVolumeRequest request, StreamObserver<CreateVolumeResponse> answer) {
    Calls.answer(
        answer,
        deadline -> {
          ours(new PoolName(request.getPool()));
          var volume =
              agent
                  .createVolume()
                  .create(
                      request.getName(),
                      request.getRequiredBytes(),
                      request.getLimitBytes(),
                      deadline);
          return CreateVolumeResponse.newBuilder().setVolume(toProto(volume)).build();
        });
  }

  @Override
  public void getVolume(GetVolumeRequest request, StreamObserver<GetVolumeResponse> answer) {
    Calls.answer(
        answer,
        deadline -> {
          Serial serial = ours(request.getVolumeId());
          var volume =
              agent
                  .book()
                  .volume(serial)
                  .filter(v -> v.is(VolumeState.READY))
                  .orElseThrow(() -> new NotFound("the pool has no volume " + serial));
          return GetVolumeResponse.newBuilder().setVolume(toProto(volume)).build();
        });
  }

  @Override
  public void deleteVolume(
      DeleteVolumeRequest request, StreamObserver<DeleteVolumeResponse> answer) {
    Calls.answer(
        answer,
        deadline -> {
          agent.deleteVolume().delete(ours(request.getVolumeId()), deadline);
          return DeleteVolumeResponse.getDefaultInstance();
        });
  }

  @Override
  public void publish(PublishRequest request, StreamObserver<PublishResponse> answer) {
    Calls.answer(
        answer,
        deadline -> {
          Serial serial = ours(request.getVolumeId());
          var published =
              agent
                  .publish()
                  .publish(
                      serial,
                      new NodeName(request.getNode()),
                      new Iqn(request.getInitiator()),
                      request.getReadOnly(),
                      deadline);
          return PublishResponse.newBuilder()
              .setTarget(agent.target().name().name())
              .addAllPortals(agent.target().portals().stream().map(TargetService::toProto).toList())
              .setLun(published.lun().value())
              .setWwid(serial.wwid().text())
              .setGeneration(published.generation().value())
              .build();
        });
  }

  @Override
  public void unpublish(UnpublishRequest request, StreamObserver<UnpublishResponse> answer) {
    Calls.answer(
        answer,
        deadline -> {
          if (request.getAttestWaitMs() < 0) {
            throw new InvalidInput("attest_wait_ms cannot be negative");
          }
          boolean fenced =
              agent
                  .unpublish()
                  .unpublish(
                      ours(request.getVolumeId()),
                      optionalNode(request.getNode()),
                      Duration.ofMillis(request.getAttestWaitMs()),
                      deadline);
          return UnpublishResponse.newBuilder().setFenced(fenced).build();
        });
  }

  @Override
  public void attest(AttestRequest request, StreamObserver<AttestResponse> answer) {
    Calls.answer(
        answer,
        deadline -> {
          new BootId(request.getBootId()); // well-formed; later work compares it
          agent
              .attest()
              .attest(
                  ours(request.getVolumeId()),
                  new NodeName(request.getNode()),
                  new Generation(request.getGeneration()));
          return AttestResponse.getDefaultInstance();
        });
  }

  @Override
  public void withdraw(WithdrawRequest request, StreamObserver<WithdrawResponse> answer) {
    Calls.answer(
        answer,
        deadline -> {
          agent
              .unpublish()
              .begin(ours(request.getVolumeId()), optionalNode(request.getNode()), deadline);
          return WithdrawResponse.getDefaultInstance();
        });
  }

  @Override
  public void listDebts(ListDebtsRequest request, StreamObserver<ListDebtsResponse> answer) {
    Calls.answer(
        answer,
        deadline -> {
          ours(new PoolName(request.getPool()));
          Optional<NodeName> node = optionalNode(request.getNode());
          return ListDebtsResponse.newBuilder()
              .addAllDebts(
                  agent.book().debts().stream()
                      .filter(debt -> node.isEmpty() || node.get().equals(debt.node()))
                      .map(this::toProto)
                      .toList())
              .build();
        });
  }

  private static Optional<NodeName> optionalNode(String name) {
    return Optional.of(name).filter(n -> !n.isEmpty()).map(NodeName::new);
  }

  private Serial ours(String volumeId) {
    var id = VolumeId.parse(volumeId);
    ours(id.pool());
    return id.serial();
  }

  private void ours(PoolName pool) {
    if (!pool.equals(agent.pool())) {
      throw new NotFound("this head has pool " + agent.pool() + ", not " + pool);
    }
  }

  private Volume toProto(dev.braid.agent.book.Volume volume) {
    var proto =
        Volume.newBuilder()
            .setVolumeId(new VolumeId(agent.pool(), volume.serial()).toString())
            .setName(volume.name())
            .setSizeBytes(volume.bytes())
            .setWwid(volume.serial().wwid().text())
            .setLun(volume.lun().value());
    for (var publication : agent.book().publications(volume.serial())) {
      proto.addPublications(
          Publication.newBuilder()
              .setNode(publication.node().name())
              .setInitiator(publication.initiator().name())
              .setGeneration(publication.generation().value())
              .setAttested(publication.attested())
              .setReadOnly(publication.readOnly()));
    }
    return proto.build();
  }

  private Debt toProto(dev.braid.agent.book.Debt debt) {
    return Debt.newBuilder()
        .setVolumeId(new VolumeId(agent.pool(), debt.serial()).toString())
        .setNode(debt.node().name())
        .setInitiator(debt.initiator().name())
        .setLun(debt.lun().value())
        .setGeneration(debt.generation().value())
        .setSince(debt.since().toString())
        .build();
  }

  private static Portal toProto(dev.braid.base.Portal portal) {
    return Portal.newBuilder()
        .setAddress(portal.host())
        .setPort(portal.port())
        .setTag(portal.tag())
        .build();
  }
}
