package dev.braid.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.braid.base.error.AlreadyExists;
import dev.braid.base.error.ApiUnreachable;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.Busy;
import dev.braid.base.error.DeadlinePassed;
import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.HeadUnreachable;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.NoPath;
import dev.braid.base.error.NotFenced;
import dev.braid.base.error.NotFound;
import dev.braid.base.error.NotTrusted;
import dev.braid.base.error.OutOfRange;
import dev.braid.base.error.OutOfSpace;
import dev.braid.base.error.Refused;
import dev.braid.base.error.Unsupported;
import dev.braid.base.error.WrongDevice;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StatusMapperTest {

  private static final Map<BraidException, Code> CODES =
      Map.ofEntries(
          Map.entry(new InvalidInput("m"), Code.INVALID_ARGUMENT),
          Map.entry(new Unsupported("m"), Code.INVALID_ARGUMENT),
          Map.entry(new NotFound("m"), Code.NOT_FOUND),
          Map.entry(new AlreadyExists("m"), Code.ALREADY_EXISTS),
          Map.entry(new Busy("m"), Code.ABORTED),
          Map.entry(new NotFenced("m"), Code.ABORTED),
          Map.entry(new DeadlinePassed("m"), Code.DEADLINE_EXCEEDED),
          Map.entry(new Refused("m"), Code.FAILED_PRECONDITION),
          Map.entry(new DeviceInUse("m"), Code.FAILED_PRECONDITION),
          Map.entry(new OutOfRange("m"), Code.OUT_OF_RANGE),
          Map.entry(new OutOfSpace("m"), Code.RESOURCE_EXHAUSTED),
          Map.entry(new HeadUnreachable("m"), Code.UNAVAILABLE),
          Map.entry(new ApiUnreachable("m"), Code.UNAVAILABLE),
          Map.entry(new NoPath("m"), Code.UNAVAILABLE),
          Map.entry(new NotTrusted("m"), Code.UNAUTHENTICATED),
          Map.entry(new KernelRefused("m"), Code.INTERNAL),
          Map.entry(new WrongDevice("m"), Code.INTERNAL));

  @Test
  @DisplayName("F2, F3: every failure has its code, and comes back from it as itself")
  void everyFailure() {
    Set<Class<?>> tried =
        CODES.keySet().stream().map(BraidException::getClass).collect(Collectors.toSet());
    assertThat(tried).containsExactlyInAnyOrder(BraidException.class.getPermittedSubclasses());
    CODES.forEach(
        (failure, code) -> {
          assertThat(StatusMapper.codeOf(failure)).isEqualTo(code);
          var status = StatusMapper.toStatus(failure);
          assertThat(status.getStatus().getCode()).isEqualTo(code);
          assertThat(StatusMapper.fromStatus(status, "head san1"))
              .isExactlyInstanceOf(failure.getClass())
              .hasMessage("head san1: m");
        });
  }

  @Test
  @DisplayName("a code without a type's name, as gRPC itself sends, is read as the plain failure")
  void bareCodes() {
    assertThat(from(Status.UNAVAILABLE)).isInstanceOf(HeadUnreachable.class);
    assertThat(from(Status.DEADLINE_EXCEEDED)).isInstanceOf(DeadlinePassed.class);
    assertThat(from(Status.FAILED_PRECONDITION)).isInstanceOf(Refused.class);
    assertThat(from(Status.UNKNOWN)).isInstanceOf(HeadUnreachable.class);
    assertThat(from(Status.UNIMPLEMENTED)).hasMessageContaining("UNIMPLEMENTED");
  }

  private static BraidException from(Status status) {
    return StatusMapper.fromStatus(status.asRuntimeException(), "head san1");
  }
}
