package dev.braid.rpc;

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
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.function.BiFunction;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Which gRPC code a failure becomes, and which failure a code was: the only class that knows.
 *
 * <p>The codes are those of the CSI specification's error tables. Where they leave a choice, what
 * decides is what kubelet does with a code: ABORTED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED and
 * UNAVAILABLE leave it uncertain whether anything was done, so that it cleans up; any other it
 * takes for the final word.
 */
public final class StatusMapper {

  /**
   * Several failures share a code. Between Braid's own programs the type's name goes along, so that
   * the failure comes out of the client as it went into the server.
   */
  private static final Metadata.Key<String> TYPE =
      Metadata.Key.of("braid-failure", Metadata.ASCII_STRING_MARSHALLER);

  private record Row(
      Class<? extends BraidException> type,
      Status.Code code,
      BiFunction<String, @Nullable Throwable, BraidException> make) {}

  /** The first row of a code is what a peer's bare code is read as. */
  private static final List<Row> ROWS =
      List.of(
          new Row(InvalidInput.class, Status.Code.INVALID_ARGUMENT, (m, c) -> new InvalidInput(m)),
          // "Invalid or unsupported field": UNIMPLEMENTED would say that the whole call is missing.
          new Row(Unsupported.class, Status.Code.INVALID_ARGUMENT, Unsupported::new),
          new Row(NotFound.class, Status.Code.NOT_FOUND, NotFound::new),
          new Row(AlreadyExists.class, Status.Code.ALREADY_EXISTS, AlreadyExists::new),
          // "Operation pending for volume": the same call again is right.
          new Row(Busy.class, Status.Code.ABORTED, Busy::new),
          // Not final either: the initiator may still write, and the call must come again.
          new Row(NotFenced.class, Status.Code.ABORTED, NotFenced::new),
          new Row(DeadlinePassed.class, Status.Code.DEADLINE_EXCEEDED, DeadlinePassed::new),
          new Row(Refused.class, Status.Code.FAILED_PRECONDITION, Refused::new),
          // "Volume in use".
          new Row(DeviceInUse.class, Status.Code.FAILED_PRECONDITION, DeviceInUse::new),
          new Row(OutOfRange.class, Status.Code.OUT_OF_RANGE, OutOfRange::new),
          new Row(OutOfSpace.class, Status.Code.RESOURCE_EXHAUSTED, OutOfSpace::new),
          new Row(HeadUnreachable.class, Status.Code.UNAVAILABLE, HeadUnreachable::new),
          new Row(ApiUnreachable.class, Status.Code.UNAVAILABLE, ApiUnreachable::new),
          // A cable may come back: the same call again is right, and kubelet must know that
          // sessions may have been left half made.
          new Row(NoPath.class, Status.Code.UNAVAILABLE, NoPath::new),
          new Row(NotTrusted.class, Status.Code.UNAUTHENTICATED, NotTrusted::new),
          new Row(KernelRefused.class, Status.Code.INTERNAL, KernelRefused::new),
          // Final and loud: the SAN is not as its own records say, and nobody's retry mends that.
          // FAILED_PRECONDITION would read as "exceeds capabilities" on a node.
          new Row(WrongDevice.class, Status.Code.INTERNAL, WrongDevice::new));

  private StatusMapper() {}

  /** The code of a failure that Braid foresees. */
  public static Status.Code codeOf(BraidException failure) {
    return row(failure).code();
  }

  /** What a call that ended with this is answered with. */
  static StatusRuntimeException toStatus(Throwable thrown) {
    if (thrown instanceof BraidException failure) {
      var trailers = new Metadata();
      trailers.put(TYPE, failure.getClass().getSimpleName());
      return row(failure)
          .code()
          .toStatus()
          .withDescription(failure.getMessage())
          .asRuntimeException(trailers);
    }
    if (thrown instanceof StatusRuntimeException status) {
      return status;
    }
    return Status.INTERNAL
        .withDescription(
            "a mistake in Braid, its log has the cause: " + thrown.getClass().getSimpleName())
        .asRuntimeException();
  }

  /**
   * What a call to a peer failed with.
   *
   * @param peer for the message: which peer, and what was asked of it
   */
  static BraidException fromStatus(StatusRuntimeException status, String peer) {
    Throwable tls = tlsCause(status);
    if (tls != null) {
      return new NotTrusted(
          peer
              + ": no trusted connection ("
              + tls.getMessage()
              + "); compare the certificates of both sides and their CA, names and validity",
          status);
    }
    String description = status.getStatus().getDescription();
    Status.Code code = status.getStatus().getCode();
    String message = peer + ": " + (description == null ? code : description);
    Metadata trailers = status.getTrailers();
    String type = trailers == null ? null : trailers.get(TYPE);
    return ROWS.stream()
        .filter(row -> row.code() == code)
        .filter(row -> type == null || row.type().getSimpleName().equals(type))
        .findFirst()
        .or(() -> ROWS.stream().filter(row -> row.code() == code).findFirst())
        .map(row -> row.make().apply(message, status))
        .orElseGet(() -> new HeadUnreachable(message + " (" + code + ")", status));
  }

  private static Row row(BraidException failure) {
    return ROWS.stream()
        .filter(row -> row.type() == failure.getClass())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no status code for " + failure.getClass()));
  }

  private static @Nullable Throwable tlsCause(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException
          || cause instanceof java.security.cert.CertificateException) {
        return cause;
      }
    }
    return null;
  }
}
