package dev.braid.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.braid.base.LogContext;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.metric.Metrics;
import dev.braid.base.step.Steps;
import dev.braid.proto.csi.v1.NodeGrpc;
import dev.braid.proto.csi.v1.NodeStageVolumeRequest;
import dev.braid.proto.csi.v1.NodeStageVolumeResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/** What a call leaves in the log, and what of its steps. */
class CallLogTest {

  private static final String VOLUME = "fast/0123456789abcdef012345678";
  private static final String WWID = "360014050123456789abcdef012345678";

  @TempDir Path folder;
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Logger braid = (Logger) LoggerFactory.getLogger("dev.braid");
  private final Metrics metrics = new Metrics();
  private final CallSteps callSteps = new CallSteps();
  private final Steps steps =
      new Steps(List.of(new StepLog(), new RetryMetrics(metrics), callSteps));
  private Runnable work = () -> {};

  @BeforeEach
  void listen() {
    lines.start();
    braid.addAppender(lines);
    braid.setLevel(Level.DEBUG);
  }

  @AfterEach
  void stop() {
    braid.detachAppender(lines);
    braid.setLevel(null);
  }

  @Test
  @DisplayName("a call leaves one line: volume, WWID, code, time, and the three longest steps")
  void oneLine() {
    work =
        () -> {
          for (String step : List.of("a", "b", "c", "d")) {
            steps.run(step, s -> spend(step.equals("b") ? 40 : 1));
          }
        };
    stage(VOLUME);

    var line = infos().get(0);
    assertThat(infos()).hasSize(1);
    assertThat(line.getFormattedMessage()).isEqualTo("NodeStageVolume");
    assertThat(line.getMDCPropertyMap())
        .containsEntry(LogContext.VOLUME, VOLUME)
        .containsEntry(LogContext.WWID, WWID)
        .containsKey(LogContext.CALL);
    assertThat(value(line, "code")).isEqualTo("OK");
    assertThat(Long.parseLong(value(line, "ms"))).isGreaterThanOrEqualTo(40);
    assertThat(value(line, "longest").split(", ")).hasSize(3);
    assertThat(value(line, "longest")).matches("b \\d+ ms, .*");
  }

  @Test
  @DisplayName(
      "at DEBUG each step has its line, with its time, for the volume that it was made for")
  void steps() {
    work = () -> onOtherThread(() -> steps.run("log in", s -> {}));
    stage(VOLUME);
    assertThat(lines.list)
        .filteredOn(line -> line.getLoggerName().equals("dev.braid.step"))
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.getLevel()).isEqualTo(Level.DEBUG);
              assertThat(line.getFormattedMessage()).isEqualTo("log in");
              assertThat(value(line, "outcome")).isEqualTo("done");
              assertThat(line.getMDCPropertyMap())
                  .containsEntry(LogContext.WWID, WWID)
                  .containsEntry(LogContext.VOLUME, VOLUME);
            });
    assertThat(value(infos().get(0), "longest")).startsWith("log in");
  }

  @Test
  @DisplayName("a call that fails says why in its line; an id that is none is not put into the log")
  void failure() {
    work =
        () -> {
          throw new KernelRefused("no such device");
        };
    stage("not\nan id");
    assertThat(infos())
        .singleElement()
        .satisfies(
            line -> {
              assertThat(value(line, "code")).isEqualTo("INTERNAL");
              assertThat(value(line, "why")).contains("no such device");
              assertThat(line.getMDCPropertyMap()).doesNotContainKey(LogContext.VOLUME);
            });
  }

  @Test
  @DisplayName("rule 20: no line of a call, at whatever level, has a secret of it")
  void secrets() {
    stage(VOLUME);
    assertThat(lines.list)
        .isNotEmpty()
        .allSatisfy(
            line ->
                assertThat(line.getFormattedMessage() + line.getKeyValuePairs())
                    .doesNotContain("swordfish"));
  }

  @Test
  @DisplayName("a step that is made again after it failed counts as a retry, in the same call only")
  void retries() {
    work =
        () -> {
          fail("flush map");
          steps.run("flush map", s -> {});
          steps.run("flush map", s -> {});
          onOtherThread(() -> fail("scan path"));
          onOtherThread(() -> fail("scan path"));
        };
    stage(VOLUME);
    work = () -> steps.run("flush map", s -> {});
    stage(VOLUME);
    assertThat(metrics.text())
        .contains("braid_step_retries_total{step=\"flush map\"} 1.0")
        .doesNotContain("scan path");
  }

  private void fail(String step) {
    try {
      steps.run(
          step,
          s -> {
            throw new KernelRefused("busy");
          });
    } catch (KernelRefused e) {
      assertThat(e).hasMessage("busy");
    }
  }

  private static void onOtherThread(Runnable task) {
    var thread = new Thread(LogContext.carried(task));
    thread.start();
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void spend(int millis) {
    long until = System.nanoTime() + millis * 1_000_000L;
    while (System.nanoTime() < until) {
      Thread.onSpinWait();
    }
  }

  private void stage(String volume) {
    var socket = Endpoint.parseUnix("unix://" + folder.resolve("csi.sock"));
    var service =
        new NodeGrpc.NodeImplBase() {
          @Override
          public void nodeStageVolume(
              NodeStageVolumeRequest request, StreamObserver<NodeStageVolumeResponse> to) {
            Calls.answer(
                to,
                deadline -> {
                  work.run();
                  return NodeStageVolumeResponse.getDefaultInstance();
                });
          }
        };
    try (var server = RpcServer.onUnixSocket(socket, List.of(service), List.of(), callSteps)) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(socket.socketAddress())
              .channelType(NioDomainSocketChannel.class)
              .eventLoopGroup(Loops.ALL)
              .overrideAuthority("localhost")
              .usePlaintext()
              .build();
      try {
        var unused =
            NodeGrpc.newBlockingStub(channel)
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .nodeStageVolume(
                    NodeStageVolumeRequest.newBuilder()
                        .setVolumeId(volume)
                        .putSecrets("chap", "swordfish")
                        .build());
      } catch (StatusRuntimeException e) {
        assertThat(e.getStatus().getDescription()).isNotNull();
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private List<ILoggingEvent> infos() {
    return lines.list.stream()
        .filter(line -> line.getLoggerName().equals("dev.braid.call"))
        .filter(line -> line.getLevel().isGreaterOrEqual(Level.INFO))
        .toList();
  }

  private static String value(ILoggingEvent line, String key) {
    return line.getKeyValuePairs().stream()
        .filter(pair -> pair.key.equals(key))
        .map((KeyValuePair pair) -> String.valueOf(pair.value))
        .findFirst()
        .orElseThrow();
  }
}
