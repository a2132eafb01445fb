package dev.braid.rpc;

import dev.braid.base.BootId;
import dev.braid.base.Deadline;
import dev.braid.base.Generation;
import dev.braid.base.Iqn;
import dev.braid.base.LunNumber;
import dev.braid.base.NodeName;
import dev.braid.base.PoolName;
import dev.braid.base.PublishContext;
import dev.braid.base.VolumeId;
import dev.braid.base.Wwid;
import dev.braid.base.error.HeadUnreachable;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.step.Step;
import dev.braid.proto.target.v1.AttestRequest;
import dev.braid.proto.target.v1.CreateVolumeRequest;
import dev.braid.proto.target.v1.Debt;
import dev.braid.proto.target.v1.DeleteVolumeRequest;
import dev.braid.proto.target.v1.GetVolumeRequest;
import dev.braid.proto.target.v1.ListDebtsRequest;
import dev.braid.proto.target.v1.Portal;
import dev.braid.proto.target.v1.PublishRequest;
import dev.braid.proto.target.v1.PublishResponse;
import dev.braid.proto.target.v1.TargetGrpc;
import dev.braid.proto.target.v1.TargetGrpc.TargetBlockingStub;
import dev.braid.proto.target.v1.UnpublishRequest;
import dev.braid.proto.target.v1.Volume;
import dev.braid.proto.target.v1.WithdrawRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A head's agent, as its callers see it: {@code target.proto} in values. Every call may be
 * repeated. What changes something wants a {@link Step}, so that a test can end the caller around
 * it.
 *
 * <p>Every call may throw, beside what it names: {@link HeadUnreachable} or {@link
 * dev.braid.base.error.NotTrusted}, both within five seconds, and {@link
 * dev.braid.base.error.DeadlinePassed}. Otherwise what the head failed with, the head's name before
 * its message. Safe for many threads.
 */
public final class HeadClient implements AutoCloseable {

  private final HeadAddress head;
  private final HeadConnection connection;

  /** Does not connect yet. */
  public HeadClient(HeadAddress head, TlsFiles tls) {
    this.head = head;
    this.connection = new HeadConnection(head, tls);
  }

  /**
   * @param requiredBytes 0: no wish
   * @param limitBytes 0: no limit
   * @throws dev.braid.base.error.AlreadyExists if the name is taken by one of another size
   */
  public HeadVolume createVolume(
      Step step,
      PoolName pool,
      String name,
      long requiredBytes,
      long limitBytes,
      Deadline deadline) {
    var request =
        CreateVolumeRequest.newBuilder()
            .setPool(pool.name())
            .setName(name)
            .setRequiredBytes(requiredBytes)
            .setLimitBytes(limitBytes)
            .build();
    return call(step.name(), deadline, stub -> volume(stub.createVolume(request).getVolume()));
  }

  /**
   * @throws dev.braid.base.error.NotFound if the pool has no such volume
   */
  public HeadVolume getVolume(VolumeId id, Deadline deadline) {
    var request = GetVolumeRequest.newBuilder().setVolumeId(id.toString()).build();
    return call("get volume", deadline, stub -> volume(stub.getVolume(request).getVolume()));
  }

  /** Success where it is gone already. */
  public void deleteVolume(Step step, VolumeId id, Deadline deadline) {
    var request = DeleteVolumeRequest.newBuilder().setVolumeId(id.toString()).build();
    call(step.name(), deadline, stub -> stub.deleteVolume(request));
  }

  /**
   * @throws dev.braid.base.error.Refused if another node has the volume
   */
  public PublishContext publish(
      Step step, VolumeId id, NodeName node, Iqn initiator, boolean readOnly, Deadline deadline) {
    var request =
        PublishRequest.newBuilder()
            .setVolumeId(id.toString())
            .setNode(node.name())
            .setInitiator(initiator.name())
            .setReadOnly(readOnly)
            .build();
    return call(step.name(), deadline, stub -> publishContext(stub.publish(request)));
  }

  /**
   * @param node empty: from every node
   * @param attestWait how long a node may take to attest before the head fences
   * @return true if the head fenced
   * @throws dev.braid.base.error.NotFenced if it could not be proven that the node writes no more
   */
  public boolean unpublish(
      Step step, VolumeId id, Optional<NodeName> node, Duration attestWait, Deadline deadline) {
    var request =
        UnpublishRequest.newBuilder()
            .setVolumeId(id.toString())
            .setNode(node.map(NodeName::name).orElse(""))
            .setAttestWaitMs(attestWait.toMillis())
            .build();
    return call(step.name(), deadline, stub -> stub.unpublish(request).getFenced());
  }

  /**
   * Begins to take a volume back: no device of it can be made on the node any more.
   *
   * @param node empty: from every node
   */
  public void withdraw(Step step, VolumeId id, Optional<NodeName> node, Deadline deadline) {
    var request =
        WithdrawRequest.newBuilder()
            .setVolumeId(id.toString())
            .setNode(node.map(NodeName::name).orElse(""))
            .build();
    call(step.name(), deadline, stub -> stub.withdraw(request));
  }

  /** What a node owes its word for in a pool. */
  public List<HeadDebt> debts(PoolName pool, NodeName node, Deadline deadline) {
    var request = ListDebtsRequest.newBuilder().setPool(pool.name()).setNode(node.name()).build();
    return call(
        "list debts",
        deadline,
        stub -> stub.listDebts(request).getDebtsList().stream().map(HeadClient::debt).toList());
  }

  /** A node's word that the device of this generation is gone from its kernel. */
  public void attest(
      Step step,
      VolumeId id,
      NodeName node,
      Generation generation,
      BootId boot,
      Deadline deadline) {
    var request =
        AttestRequest.newBuilder()
            .setVolumeId(id.toString())
            .setNode(node.name())
            .setGeneration(generation.value())
            .setBootId(boot.text())
            .build();
    call(step.name(), deadline, stub -> stub.attest(request));
  }

  private <T> T call(String doing, Deadline deadline, Function<TargetBlockingStub, T> question) {
    String peer = "head " + head.name();
    deadline.check(peer + ": " + doing);
    try {
      return question.apply(
          TargetGrpc.newBlockingStub(connection.get(deadline))
              .withDeadlineAfter(deadline.left().toNanos(), TimeUnit.NANOSECONDS));
    } catch (StatusRuntimeException status) {
      throw StatusMapper.fromStatus(status, peer);
    } catch (InvalidInput answer) {
      throw new HeadUnreachable(
          peer + " gave an answer that makes no sense (" + answer.getMessage() + ")", answer);
    }
  }

  private static HeadVolume volume(Volume volume) {
    return new HeadVolume(
        VolumeId.parse(volume.getVolumeId()),
        volume.getName(),
        volume.getSizeBytes(),
        new Wwid(volume.getWwid()),
        new LunNumber(volume.getLun()),
        volume.getPublicationsList().stream()
            .map(
                p ->
                    new HeadVolume.Publication(
                        new NodeName(p.getNode()),
                        new Iqn(p.getInitiator()),
                        new Generation(p.getGeneration()),
                        p.getAttested(),
                        p.getReadOnly()))
            .toList());
  }

  private static HeadDebt debt(Debt debt) {
    try {
      return new HeadDebt(
          VolumeId.parse(debt.getVolumeId()),
          new NodeName(debt.getNode()),
          new Iqn(debt.getInitiator()),
          new Generation(debt.getGeneration()),
          Instant.parse(debt.getSince()));
    } catch (DateTimeParseException e) {
      throw new InvalidInput("since", debt.getSince(), "want ISO-8601");
    }
  }

  private static PublishContext publishContext(PublishResponse answer) {
    return new PublishContext(
        new Iqn(answer.getTarget()),
        answer.getPortalsList().stream().map(HeadClient::portal).toList(),
        new LunNumber(answer.getLun()),
        new Wwid(answer.getWwid()),
        new Generation(answer.getGeneration()));
  }

  private static dev.braid.base.Portal portal(Portal portal) {
    return new dev.braid.base.Portal(portal.getAddress(), portal.getPort(), portal.getTag());
  }

  @Override
  public void close() {
    connection.close();
  }
}
