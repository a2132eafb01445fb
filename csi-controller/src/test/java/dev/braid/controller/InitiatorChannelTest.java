package dev.braid.controller;

import static dev.braid.controller.Requested.create;
import static dev.braid.controller.Requested.publish;
import static dev.braid.controller.Requested.unpublish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.braid.base.BootId;
import dev.braid.base.Generation;
import dev.braid.base.Iqn;
import dev.braid.base.NodeName;
import dev.braid.base.PublishContext;
import dev.braid.base.VolumeId;
import dev.braid.proto.target.v1.AttestRequest;
import dev.braid.proto.target.v1.UnpublishRequest;
import dev.braid.proto.target.v1.WithdrawRequest;
import dev.braid.san.AttestedGeneration;
import dev.braid.san.FakeInitiatorApi;
import dev.braid.san.InitiatorStatus;
import dev.braid.san.OwedGeneration;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The controller's end of the channel: a head without a kernel, an API server without a network.
 */
@Timeout(120)
class InitiatorChannelTest {

  private static final NodeName NODE1 = new NodeName("node1");
  private static final NodeName NODE2 = new NodeName("node2");
  private static final Iqn IQN1 = new Iqn("iqn.2024-01.test:node1");
  private static final Iqn IQN2 = new Iqn("iqn.2024-01.test:node2");
  private static final BootId BOOT = new BootId("00000000-0000-4000-8000-000000000001");
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;
  private final FakeInitiatorApi api = new FakeInitiatorApi();
  private World world;
  private VolumeId volume;

  @BeforeEach
  void start() {
    api.put(NODE1, IQN1, InitiatorStatus.EMPTY);
    api.put(NODE2, IQN2, InitiatorStatus.EMPTY);
    world = new World(folder).withController(api);
    volume =
        VolumeId.parse(world.csi().createVolume(create("one").build()).getVolume().getVolumeId());
  }

  @AfterEach
  void stop() {
    world.close();
  }

  private Generation publishTo(NodeName node) {
    return PublishContext.parse(
            world
                .csi()
                .controllerPublishVolume(publish(volume.toString(), node.name()).build())
                .getPublishContextMap())
        .generation();
  }

  private void unpublishFrom(NodeName node) {
    assertThat(
            world
                .csi()
                .controllerUnpublishVolume(unpublish(volume.toString(), node.name()).build()))
        .isNotNull();
  }

  private void attest(NodeName node, Iqn iqn, Generation generation) {
    api.put(node, iqn, api.status(node).with(AttestedGeneration.of(volume, generation, BOOT)));
  }

  private List<Object> asked(Class<?>... kinds) {
    return world.head.asked().stream().filter(a -> List.of(kinds).contains(a.getClass())).toList();
  }

  private static void assertRefused(Code code, String says, Supplier<?> call) {
    try {
      throw new AssertionError("succeeded with " + call.get());
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).as(e.getMessage()).isEqualTo(code);
      assertThat(e.getMessage()).contains(says);
    }
  }

  @Test
  @DisplayName(
      "rule 7: unmapped, looked at again, attested, withdrawn without a wait; then settled")
  void attested() {
    Generation generation = publishTo(NODE1);
    attest(NODE1, IQN1, generation);
    unpublishFrom(NODE1);
    assertThat(asked(WithdrawRequest.class, AttestRequest.class, UnpublishRequest.class))
        .map(Object::getClass)
        .containsExactly(WithdrawRequest.class, AttestRequest.class, UnpublishRequest.class);
    assertThat(asked(UnpublishRequest.class))
        .map(UnpublishRequest.class::cast)
        .allMatch(r -> r.getAttestWaitMs() == 0);
    assertThat(world.head.debts()).isEmpty();
    await().atMost(SOON).until(() -> api.status(NODE1).words().isEmpty());
  }

  @Test
  @DisplayName("rule 7: a word that a dead watch does not tell of is found, and nobody is fenced")
  void deafWatch() {
    Generation generation = publishTo(NODE1);
    api.putUntold(
        NODE1, IQN1, api.status(NODE1).with(AttestedGeneration.of(volume, generation, BOOT)));
    unpublishFrom(NODE1);
    assertThat(world.head.debts()).isEmpty();
  }

  @Test
  @DisplayName("rule 7: a word that comes while it is waited for is used at once")
  void comesWhileWaiting() throws Exception {
    Generation generation = publishTo(NODE1);
    var unpublishing = CompletableFuture.runAsync(() -> unpublishFrom(NODE1));
    attest(NODE1, IQN1, generation);
    unpublishing.get(20, TimeUnit.SECONDS);
    assertThat(world.head.debts()).isEmpty();
  }

  @Test
  @DisplayName("rules 7, 8: without a word the head fences, and the Initiator says what is owed")
  void fenced() {
    Generation generation = publishTo(NODE1);
    unpublishFrom(NODE1);
    assertThat(asked(AttestRequest.class, WithdrawRequest.class)).isEmpty();
    await().atMost(SOON).until(() -> !api.status(NODE1).owed().isEmpty());
    assertThat(api.status(NODE1).owed())
        .extracting(OwedGeneration::volume, OwedGeneration::generation)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(volume.toString(), generation.value()));
    attest(NODE1, IQN1, generation);
    await().atMost(SOON).until(() -> api.status(NODE1).equals(emptied(NODE1)));
    assertThat(world.head.debts()).isEmpty();
    assertThat(publishTo(NODE1)).isGreaterThan(generation);
  }

  @Test
  @DisplayName("rule 8: debts are written in one order, or two controllers would never be done")
  void oneOrder() {
    for (int i = 0; i < 6; i++) {
      volume =
          VolumeId.parse(
              world.csi().createVolume(create("v" + i).build()).getVolume().getVolumeId());
      publishTo(NODE1);
      unpublishFrom(NODE1);
    }
    await().atMost(SOON).until(() -> api.status(NODE1).owed().size() == 6);
    assertThat(api.status(NODE1).owed()).extracting(OwedGeneration::volume).isSorted();
  }

  private InitiatorStatus emptied(NodeName node) {
    return api.status(node).without(word -> true).owing(List.of());
  }

  @Test
  @DisplayName("rules 7, 8: a word that was taken back before the fence answers no debt")
  void takenBackBeforeTheFence() {
    Generation generation = publishTo(NODE1);
    // The mirror has read the word; then a stage takes it back, and the head fences.
    var fenced = new CountDownLatch(1);
    world.head.beforeDebts(
        () -> {
          if (fenced.getCount() > 0 && api.status(NODE1).attests(volume, generation)) {
            api.put(NODE1, IQN1, api.status(NODE1).withdrawn(volume, generation));
            world.head.fence(volume.toString(), NODE1.name());
            fenced.countDown();
          }
        });
    attest(NODE1, IQN1, generation);
    await().atMost(SOON).until(() -> fenced.getCount() == 0);
    await().atMost(SOON).until(() -> api.status(NODE1).owed().size() == 1);
    assertThat(asked(AttestRequest.class)).isEmpty();
    assertThat(world.head.debts()).hasSize(1);
  }

  @Test
  @DisplayName("rule 7: a machine that took over the name has no say about its predecessor")
  void anotherMachine() {
    Generation generation = publishTo(NODE1);
    api.delete(NODE1);
    attest(NODE1, new Iqn("iqn.2024-01.test:another"), generation);
    unpublishFrom(NODE1);
    assertThat(asked(AttestRequest.class)).isEmpty();
    assertThat(world.head.debts()).hasSize(1);
  }

  @Test
  @DisplayName("rule 7: a word that is taken back while it is carried is not carried: fenced")
  void takenBack() {
    Generation generation = publishTo(NODE1);
    attest(NODE1, IQN1, generation);
    world.head.duringWithdraw(
        () -> api.put(NODE1, IQN1, api.status(NODE1).withdrawn(volume, generation)));
    unpublishFrom(NODE1);
    assertThat(asked(AttestRequest.class)).isEmpty();
    assertThat(world.head.debts()).hasSize(1);
  }

  @Test
  @DisplayName("rule 7: a word is not carried before the volume is withdrawn, and stays until then")
  void neverEarlier() {
    Generation generation = publishTo(NODE1);
    attest(NODE1, IQN1, generation);
    // Another node's affair makes the reconciler look at everything there is.
    api.put(NODE2, IQN2, InitiatorStatus.EMPTY.owing(List.of(stale())));
    await().atMost(SOON).until(() -> api.status(NODE2).owed().isEmpty());
    assertThat(asked(AttestRequest.class)).isEmpty();
    assertThat(api.status(NODE1).attests(volume, generation)).isTrue();
  }

  private OwedGeneration stale() {
    return new OwedGeneration(volume.toString(), 99, IQN2.name(), "2026-01-01T00:00:00Z");
  }

  @Test
  @DisplayName("rule 7: a word about an earlier generation is no word about the current one")
  void earlierGeneration() {
    Generation first = publishTo(NODE1);
    attest(NODE1, IQN1, first);
    unpublishFrom(NODE1);
    publishTo(NODE1);
    attest(NODE1, IQN1, first);
    unpublishFrom(NODE1);
    assertThat(world.head.debts()).hasSize(1);
  }

  @Test
  @DisplayName("rule 8: an Initiator that was gone gets the debts of its node when it is back")
  void initiatorGone() {
    publishTo(NODE1);
    api.delete(NODE1);
    unpublishFrom(NODE1);
    assertThat(world.head.debts()).hasSize(1);
    api.put(NODE1, IQN1, InitiatorStatus.EMPTY);
    await().atMost(SOON).until(() -> api.status(NODE1).owed().size() == 1);
  }

  @Test
  @DisplayName("rule 7: with the API server away the head fences; the debt is mirrored afterwards")
  void apiAway() {
    Generation generation = publishTo(NODE1);
    attest(NODE1, IQN1, generation);
    api.goAway();
    unpublishFrom(NODE1);
    assertThat(world.head.debts()).hasSize(1);
    api.comeBack();
    // The word answers the debt.
    await().atMost(SOON).until(() -> world.head.debts().isEmpty());
    await().atMost(SOON).until(() -> api.status(NODE1).words().isEmpty());
  }

  @Test
  @DisplayName("F3: publish with the API server away is UNAVAILABLE, and nothing is published")
  void publishWithApiAway() {
    api.goAway();
    assertRefused(Code.UNAVAILABLE, "away", () -> publishTo(NODE1));
    assertThat(world.head.volumes().get(0).getPublicationsList()).isEmpty();
  }

  @Test
  @DisplayName("rule 7: two Initiators with one name: publishing to either is refused, naming both")
  void oneNameTwice() {
    api.put(NODE2, IQN1, InitiatorStatus.EMPTY);
    for (NodeName node : List.of(NODE1, NODE2)) {
      assertRefused(Code.FAILED_PRECONDITION, "[node1, node2]", () -> publishTo(node));
      assertRefused(Code.FAILED_PRECONDITION, "\"InitiatorName=$(", () -> publishTo(node));
    }
    api.delete(NODE2);
    assertThat(publishTo(NODE1).value()).isPositive();
  }

  @Test
  @DisplayName("F2: a node without an Initiator is NOT_FOUND, and the message says what makes one")
  void unknownNode() {
    assertRefused(Code.NOT_FOUND, "node plugin", () -> publishTo(new NodeName("node3")));
  }

  @Test
  @DisplayName("rule 8: while a head is silent, the debts of its pool stay in the Initiator")
  void headSilent() {
    publishTo(NODE1);
    unpublishFrom(NODE1);
    await().atMost(SOON).until(() -> api.status(NODE1).owed().size() == 1);
    world.stopHead();
    api.put(NODE1, IQN1, api.status(NODE1).heardIn(BOOT));
    attest(NODE2, IQN2, new Generation(1));
    // Longer than the mirror takes to find the head silent and to look at both nodes.
    await()
        .during(Duration.ofSeconds(3))
        .atMost(SOON)
        .until(() -> api.status(NODE1).owed().size() == 1);
    world.startHead();
    await().atMost(Duration.ofSeconds(40)).until(() -> api.status(NODE2).words().isEmpty());
    assertThat(api.status(NODE1).owed()).hasSize(1);
  }
}
