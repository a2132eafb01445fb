package dev.braid.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.proto.target.v1.AttestRequest;
import dev.braid.proto.target.v1.CreateVolumeRequest;
import dev.braid.proto.target.v1.CreateVolumeResponse;
import dev.braid.proto.target.v1.DeleteVolumeRequest;
import dev.braid.proto.target.v1.GetVolumeRequest;
import dev.braid.proto.target.v1.GetVolumeResponse;
import dev.braid.proto.target.v1.PublishRequest;
import dev.braid.proto.target.v1.PublishResponse;
import dev.braid.proto.target.v1.UnpublishRequest;
import dev.braid.proto.target.v1.UnpublishResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetServiceTest {

  private static final String UNKNOWN = "fast/0123456789abcdef012345678";
  private static final Status.Code INVALID = Status.Code.INVALID_ARGUMENT;
  private static final String BOOT = "00000000-0000-0000-0000-000000000001";

  @TempDir Path folder;
  private World world;
  private TargetService service;

  @BeforeEach
  void start() {
    world = World.started(folder);
    service = new TargetService(world.agent());
  }

  @AfterEach
  void end() {
    world.close();
  }

  @Test
  @DisplayName("A volume's life: what each call answers")
  void life() {
    CreateVolumeResponse created = answer(service::createVolume, create("fast", "a", 1));
    String id = created.getVolume().getVolumeId();
    String serial = id.substring("fast/".length());
    assertThat(created.getVolume().getWwid()).isEqualTo("36001405" + serial);
    assertThat(created.getVolume().getSizeBytes()).isEqualTo(World.MIB);

    PublishResponse published = answer(service::publish, publish(id, "node1"));
    assertThat(published.getTarget()).isEqualTo(World.TARGET.name());
    assertThat(published.getPortalsList())
        .extracting(p -> p.getAddress() + ":" + p.getPort() + "," + p.getTag())
        .containsExactly("10.77.1.11:3260,1", "10.77.2.11:3260,2");
    assertThat(published.getLun()).isEqualTo(created.getVolume().getLun());
    assertThat(published.getWwid()).isEqualTo(created.getVolume().getWwid());
    assertThat(published.getGeneration()).isEqualTo(1);

    GetVolumeResponse there = answer(service::getVolume, get(id));
    assertThat(there.getVolume().getPublications(0).getNode()).isEqualTo("node1");
    assertThat(there.getVolume().getPublications(0).getAttested()).isFalse();

    answer(service::attest, attest(id, 1, BOOT));
    UnpublishResponse unpublished = answer(service::unpublish, unpublish(id, "", 0));
    assertThat(unpublished.getFenced()).isFalse();
    answer(service::deleteVolume, delete(id));
    assertThat(code(service::getVolume, get(id))).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  @DisplayName("F2: another pool's volume, and one that is not there")
  void unknown() {
    String elsewhere = UNKNOWN.replace("fast", "slow");
    assertThat(code(service::createVolume, create("slow", "a", 1)))
        .isEqualTo(Status.Code.NOT_FOUND);
    assertThat(code(service::deleteVolume, delete(elsewhere)))
        .as("success would say that this head has removed it")
        .isEqualTo(Status.Code.NOT_FOUND);
    assertThat(code(service::publish, publish(UNKNOWN, "node1"))).isEqualTo(Status.Code.NOT_FOUND);
    answer(service::deleteVolume, delete(UNKNOWN));
    answer(service::unpublish, unpublish(UNKNOWN, "node1", 0));
  }

  @Test
  @DisplayName("F2: what cannot be parsed")
  void malformed() {
    assertThat(code(service::getVolume, get("x"))).isEqualTo(INVALID);
    assertThat(code(service::deleteVolume, delete("fast/../book"))).isEqualTo(INVALID);
    assertThat(code(service::createVolume, create("", "a", 1))).isEqualTo(INVALID);
    assertThat(code(service::publish, publish(UNKNOWN, ""))).isEqualTo(INVALID);
    assertThat(code(service::unpublish, unpublish(UNKNOWN, "a/b", 0))).isEqualTo(INVALID);
    assertThat(code(service::unpublish, unpublish(UNKNOWN, "a", -1))).isEqualTo(INVALID);
    assertThat(code(service::attest, attest(UNKNOWN, 0, BOOT))).isEqualTo(INVALID);
    assertThat(code(service::attest, attest(UNKNOWN, 1, "x"))).isEqualTo(INVALID);
  }

  private static CreateVolumeRequest create(String pool, String name, long bytes) {
    return CreateVolumeRequest.newBuilder()
        .setPool(pool)
        .setName(name)
        .setRequiredBytes(bytes)
        .build();
  }

  private static GetVolumeRequest get(String id) {
    return GetVolumeRequest.newBuilder().setVolumeId(id).build();
  }

  private static DeleteVolumeRequest delete(String id) {
    return DeleteVolumeRequest.newBuilder().setVolumeId(id).build();
  }

  private static PublishRequest publish(String id, String node) {
    return PublishRequest.newBuilder()
        .setVolumeId(id)
        .setNode(node)
        .setInitiator(World.INITIATOR1.name())
        .build();
  }

  private static UnpublishRequest unpublish(String id, String node, long wait) {
    return UnpublishRequest.newBuilder()
        .setVolumeId(id)
        .setNode(node)
        .setAttestWaitMs(wait)
        .build();
  }

  private static AttestRequest attest(String id, long generation, String boot) {
    return AttestRequest.newBuilder()
        .setVolumeId(id)
        .setNode("node1")
        .setGeneration(generation)
        .setBootId(boot)
        .build();
  }

  private static <Q, T> T answer(BiConsumer<Q, StreamObserver<T>> call, Q question) {
    var answer = new CompletableFuture<T>();
    call.accept(
        question,
        new StreamObserver<T>() {
          @Override
          public void onNext(T value) {
            answer.complete(value);
          }

          @Override
          public void onError(Throwable t) {
            answer.completeExceptionally(t);
          }

          @Override
          public void onCompleted() {}
        });
    return answer.join();
  }

  private static <Q, T> Status.Code code(BiConsumer<Q, StreamObserver<T>> call, Q question) {
    try {
      answer(call, question);
      return Status.Code.OK;
    } catch (CompletionException e) {
      return Status.fromThrowable(e).getCode();
    }
  }
}
