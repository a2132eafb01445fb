package dev.braid.rpc;

import dev.braid.base.Deadline;
import dev.braid.base.PoolName;
import dev.braid.base.Serial;
import dev.braid.base.VolumeId;
import dev.braid.base.error.AlreadyExists;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.NotFound;
import dev.braid.base.error.Refused;
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
import io.grpc.stub.StreamObserver;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A head that keeps its promises and nothing else: the rules of {@code target.proto} over a map, no
 * kernel. A test may make its next call fail, and sees what it was asked.
 */
public final class FakeHead extends TargetGrpc.TargetImplBase {

  private static final long DEFAULT_BYTES = 1L << 30;
  private static final long MAX_BYTES = 1L << 44;

  private final Map<String, Volume> volumes = new LinkedHashMap<>();
  private final List<Debt> debts = new ArrayList<>();
  private final List<Object> asked = new ArrayList<>();
  private @Nullable BraidException nextFailure;
  private Runnable duringWithdraw = () -> {};
  private Runnable beforeDebts = () -> {};
  private long generation = 1;
  private int lun = 1;

  /** Run once, in the middle of the next withdrawal that begins. */
  public synchronized void duringWithdraw(Runnable what) {
    duringWithdraw = what;
  }

  /** Run before each list of debts is made; it may fence a publication. */
  public synchronized void beforeDebts(Runnable what) {
    beforeDebts = what;
  }

  /** As Unpublish without a word would. */
  public synchronized void fence(String volume, String node) {
    unpublish(UnpublishRequest.newBuilder().setVolumeId(volume).setNode(node).build());
  }

  public synchronized void failNext(BraidException failure) {
    nextFailure = failure;
  }

  /** Every request so far. */
  public synchronized List<Object> asked() {
    return List.copyOf(asked);
  }

  public synchronized List<Volume> volumes() {
    return List.copyOf(volumes.values());
  }

  public synchronized List<Debt> debts() {
    return List.copyOf(debts);
  }

  @Override
  public void createVolume(CreateVolumeRequest request, StreamObserver<CreateVolumeResponse> to) {
    answer(to, request, d -> CreateVolumeResponse.newBuilder().setVolume(create(request)).build());
  }

  private Volume create(CreateVolumeRequest request) {
    for (Volume volume : volumes.values()) {
      if (volume.getName().equals(request.getName())) {
        if (volume.getSizeBytes() < request.getRequiredBytes()
            || request.getLimitBytes() > 0 && volume.getSizeBytes() > request.getLimitBytes()) {
          throw new AlreadyExists(
              "volume " + request.getName() + " has " + volume.getSizeBytes() + " bytes");
        }
        return volume;
      }
    }
    long size = request.getRequiredBytes() > 0 ? request.getRequiredBytes() : DEFAULT_BYTES;
    if (size > MAX_BYTES) {
      throw new dev.braid.base.error.OutOfRange("at most " + MAX_BYTES + " bytes");
    }
    var id = new VolumeId(new PoolName(request.getPool()), Serial.random(new SecureRandom()));
    Volume volume =
        Volume.newBuilder()
            .setVolumeId(id.toString())
            .setName(request.getName())
            .setSizeBytes(size)
            .setWwid(id.wwid().text())
            .setLun(lun++)
            .build();
    volumes.put(id.toString(), volume);
    return volume;
  }

  @Override
  public void getVolume(GetVolumeRequest request, StreamObserver<GetVolumeResponse> to) {
    answer(
        to,
        request,
        d -> GetVolumeResponse.newBuilder().setVolume(find(request.getVolumeId())).build());
  }

  @Override
  public void deleteVolume(DeleteVolumeRequest request, StreamObserver<DeleteVolumeResponse> to) {
    answer(
        to,
        request,
        d -> {
          Volume volume = volumes.get(request.getVolumeId());
          if (volume != null && volume.getPublicationsCount() > 0) {
            throw new DeviceInUse("node " + volume.getPublications(0).getNode() + " has it");
          }
          volumes.remove(request.getVolumeId());
          return DeleteVolumeResponse.getDefaultInstance();
        });
  }

  @Override
  public void publish(PublishRequest request, StreamObserver<PublishResponse> to) {
    answer(to, request, d -> publish(request));
  }

  private PublishResponse publish(PublishRequest request) {
    Volume volume = find(request.getVolumeId());
    for (Publication publication : volume.getPublicationsList()) {
      if (!publication.getNode().equals(request.getNode())) {
        throw new Refused("volume is published to node " + publication.getNode());
      }
    }
    if (volume.getPublicationsCount() == 0 || volume.getPublications(0).getAttested()) {
      refuseInDebt(request);
      volume =
          volume.toBuilder()
              .clearPublications()
              .addPublications(
                  Publication.newBuilder()
                      .setNode(request.getNode())
                      .setInitiator(request.getInitiator())
                      .setGeneration(generation++))
              .build();
      volumes.put(volume.getVolumeId(), volume);
    }
    return PublishResponse.newBuilder()
        .setTarget("iqn.2024-01.dev.braid:fast")
        .addPortals(Portal.newBuilder().setAddress("10.1.0.1").setPort(3260).setTag(1))
        .addPortals(Portal.newBuilder().setAddress("fd00::1").setPort(3260).setTag(2))
        .setLun(volume.getLun())
        .setWwid(volume.getWwid())
        .setGeneration(volume.getPublications(0).getGeneration())
        .build();
  }

  private void refuseInDebt(PublishRequest request) {
    if (debts.stream()
        .filter(d -> isOf(d, request.getVolumeId(), ""))
        .anyMatch(d -> d.getInitiator().equals(request.getInitiator()))) {
      throw new Refused("node " + request.getNode() + " has not given its word");
    }
  }

  private static boolean isOf(Debt debt, String volume, String node) {
    return debt.getVolumeId().equals(volume) && (node.isEmpty() || debt.getNode().equals(node));
  }

  @Override
  public void withdraw(WithdrawRequest request, StreamObserver<WithdrawResponse> to) {
    answer(
        to,
        request,
        d -> {
          duringWithdraw.run();
          duringWithdraw = () -> {};
          return WithdrawResponse.getDefaultInstance();
        });
  }

  @Override
  public void unpublish(UnpublishRequest request, StreamObserver<UnpublishResponse> to) {
    answer(
        to,
        request,
        d -> {
          unpublish(request);
          return UnpublishResponse.newBuilder()
              .setFenced(
                  debts.stream()
                      .anyMatch(debt -> isOf(debt, request.getVolumeId(), request.getNode())))
              .build();
        });
  }

  private void unpublish(UnpublishRequest request) {
    Volume volume = volumes.get(request.getVolumeId());
    if (volume == null) {
      return;
    }
    var left = volume.toBuilder().clearPublications();
    for (Publication publication : volume.getPublicationsList()) {
      boolean meant =
          request.getNode().isEmpty() || publication.getNode().equals(request.getNode());
      if (!meant) {
        left.addPublications(publication);
      } else if (!publication.getAttested()) {
        debts.add(
            Debt.newBuilder()
                .setVolumeId(volume.getVolumeId())
                .setNode(publication.getNode())
                .setInitiator(publication.getInitiator())
                .setLun(volume.getLun())
                .setGeneration(publication.getGeneration())
                .setSince("2026-01-01T00:00:00Z")
                .build());
      }
    }
    volumes.put(volume.getVolumeId(), left.build());
  }

  @Override
  public void attest(AttestRequest request, StreamObserver<AttestResponse> to) {
    answer(
        to,
        request,
        d -> {
          attest(request);
          return AttestResponse.getDefaultInstance();
        });
  }

  private void attest(AttestRequest request) {
    String initiator = initiatorOf(request);
    debts.removeIf(
        debt ->
            isOf(debt, request.getVolumeId(), request.getNode())
                && debt.getInitiator().equals(initiator)
                && debt.getGeneration() <= request.getGeneration());
    Volume volume = volumes.get(request.getVolumeId());
    if (volume == null) {
      return;
    }
    var now = volume.toBuilder();
    for (Publication.Builder publication : now.getPublicationsBuilderList()) {
      if (publication.getNode().equals(request.getNode())
          && publication.getGeneration() == request.getGeneration()) {
        publication.setAttested(true);
      }
    }
    volumes.put(volume.getVolumeId(), now.build());
  }

  /** Whose the generation was; empty where nobody remembers it. */
  private String initiatorOf(AttestRequest request) {
    Volume volume = volumes.get(request.getVolumeId());
    Stream<String> published =
        volume == null
            ? Stream.of()
            : volume.getPublicationsList().stream()
                .filter(p -> p.getNode().equals(request.getNode()))
                .filter(p -> p.getGeneration() == request.getGeneration())
                .map(Publication::getInitiator);
    Stream<String> owed =
        debts.stream()
            .filter(d -> isOf(d, request.getVolumeId(), request.getNode()))
            .filter(d -> d.getGeneration() == request.getGeneration())
            .map(Debt::getInitiator);
    return Stream.concat(published, owed).findFirst().orElse("");
  }

  @Override
  public void listDebts(ListDebtsRequest request, StreamObserver<ListDebtsResponse> to) {
    answer(
        to,
        request,
        d -> {
          beforeDebts.run();
          return ListDebtsResponse.newBuilder()
              .addAllDebts(
                  debts.stream()
                      .filter(debt -> debt.getVolumeId().startsWith(request.getPool() + "/"))
                      .filter(
                          debt ->
                              request.getNode().isEmpty()
                                  || debt.getNode().equals(request.getNode()))
                      .toList())
              .build();
        });
  }

  private Volume find(String id) {
    Volume volume = volumes.get(id);
    if (volume == null) {
      throw new NotFound("no volume " + id);
    }
    return volume;
  }

  private <T> void answer(StreamObserver<T> to, Object request, Function<Deadline, T> work) {
    Calls.answer(
        to,
        deadline -> {
          synchronized (this) {
            asked.add(request);
            BraidException failure = nextFailure;
            if (failure != null) {
              nextFailure = null;
              throw failure;
            }
            return work.apply(deadline);
          }
        });
  }
}
