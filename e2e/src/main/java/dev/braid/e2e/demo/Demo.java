package dev.braid.e2e.demo;

import dev.braid.base.Deadline;
import dev.braid.e2e.demo.Report.StepFailed;
import dev.braid.e2e.lab.Lab;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.Programs;
import dev.braid.e2e.lab.Repository;
import dev.braid.e2e.lab.SanNetwork;
import dev.braid.e2e.probe.Leftovers;
import dev.braid.e2e.stack.Capabilities;
import dev.braid.e2e.stack.LabVolume;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.stack.Stack;
import dev.braid.e2e.writer.AckLog;
import dev.braid.e2e.writer.WriterSession;
import dev.braid.e2e.writer.Writing;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * A volume is made on a real LIO target, attached over two real paths, written to while one path
 * dies and returns, read back, and gone without a trace.
 */
public final class Demo {

  private static final long SIZE = 256L << 20;

  /** Acknowledged from before the loss of the path to after its return. */
  private static final int RECORDS = 1000;

  /** The design's bound: noop interval + noop timeout + replacement timeout + 5 s. */
  private static final Duration LONGEST_GAP = Duration.ofSeconds(2 + 2 + 5 + 5);

  /**
   * A lost path is found by a ping that is not answered, and given up after the replacement time.
   */
  private static final Duration LOSS_SEEN = Duration.ofSeconds(60);

  private static final Duration RETURN_SEEN = Duration.ofSeconds(90);

  /** It is the number of records that counts, and a busy machine writes few a second. */
  private static final Duration ENOUGH_WRITTEN = Duration.ofMinutes(8);

  private final Report report;

  private Demo(Report report) {
    this.report = report;
  }

  public static void main(String[] arguments) {
    var report = new Report(System.out);
    Path logs = Repository.root().resolve("e2e/target/lab-logs/demo");
    try {
      new Demo(report).run(logs);
      report.print();
      System.out.println("Everything above was seen. Nothing is left running.");
      System.exit(0);
    } catch (StepFailed failed) {
      if (Lab.isInterrupted()) {
        return;
      }
      report.print();
      System.out.println("FAILED at: " + failed.getMessage());
      System.out.println("because:   " + failed.getCause());
      System.out.println(
          "logs:      " + logs + " (every machine's journal, maps, configfs; trace)");
      keepTrace(failed, logs);
      System.exit(1);
    }
  }

  private static void keepTrace(StepFailed failed, Path logs) {
    var trace = new StringWriter();
    failed.printStackTrace(new PrintWriter(trace));
    try {
      Files.createDirectories(logs);
      Files.writeString(logs.resolve("trace"), trace.toString());
    } catch (IOException e) {
      System.err.println(trace);
    }
  }

  private void run(Path logs) throws StepFailed {
    Lab lab =
        report.value(
            "start san1, node1, node2 and three networks",
            Lab::summary,
            () -> Lab.start(Programs.ofThisCheckout()));
    try (lab) {
      try {
        inLab(lab);
      } catch (StepFailed failed) {
        if (!Lab.isInterrupted()) {
          lab.collectLogs(logs);
        }
        throw failed;
      }
    }
  }

  private void inLab(Lab lab) throws StepFailed {
    Stack stack =
        report.value(
            "start the agent, both node plugins and the controller",
            s -> "all answer",
            () -> Stack.deploy(lab));
    try (stack) {
      var clean = report.value("note what is there before", c -> "noted", () -> Leftovers.of(lab));
      LabVolume volume =
          report.value(
              "CreateVolume",
              v -> v.id() + ", " + (v.bytes() >> 20) + " MiB",
              () -> stack.create("demo", SIZE, Capabilities.ext4()));
      Machine node = lab.node1();
      Map<String, String> context =
          report.value(
              "ControllerPublishVolume to node1",
              c -> "LUN " + c.get("lun") + ", portals " + c.get("portals"),
              () -> stack.publish(volume, node));
      report.step(
          "NodeStageVolume: log in, attach, format, mount",
          () -> {
            stack.stage(volume, node, context);
            return Paths.of(node, volume).working() + " paths, " + volume.wwid();
          });
      report.step(
          "NodePublishVolume",
          () -> {
            stack.nodePublish(volume, node, context);
            return volume.targetPath();
          });
      writeWhileAPathDies(node, volume);
      report.step(
          "NodeUnpublishVolume",
          () -> {
            stack.nodeUnpublish(volume, node);
            return "unmounted";
          });
      report.step(
          "NodeUnstageVolume: unmount, flush, detach, log out",
          () -> {
            stack.unstage(volume, node);
            stack.attest(volume, node, context);
            return "attested";
          });
      report.step(
          "ControllerUnpublishVolume",
          () -> {
            stack.unpublish(volume, node);
            return "unmapped";
          });
      report.step(
          "DeleteVolume",
          () -> {
            stack.delete(volume);
            return "deleted";
          });
      report.step(
          "look for anything left over on nodes and head",
          () -> {
            clean.assertNoneNow();
            return "nothing";
          });
    }
  }

  private void writeWhileAPathDies(Machine node, LabVolume volume) throws StepFailed {
    WriterSession writer =
        report.value(
            "start the signed writer",
            w -> w.acks().count() + " records acknowledged",
            () -> {
              Paths.await(node, volume, 2, Duration.ofSeconds(30));
              var writing = Writing.to(volume.id(), volume.targetPath() + "/records");
              var session = WriterSession.start(node, writing.once(SIZE / 2));
              session.acks().awaitCount(100, Deadline.after(Duration.ofSeconds(60)));
              return session;
            });
    try (writer) {
      AckLog acks = writer.acks();
      int before = acks.count();
      report.step(
          "pull the cable of the first SAN network",
          () -> {
            node.pullCable(SanNetwork.A);
            Paths.await(node, volume, 1, LOSS_SEEN);
            acks.awaitMore(100, Deadline.after(LOSS_SEEN));
            return "paths 2 -> 1, records go on";
          });
      report.step(
          "put it back",
          () -> {
            node.plugCable(SanNetwork.A);
            Paths.await(node, volume, 2, RETURN_SEEN);
            acks.awaitCount(
                Math.max(before + RECORDS, acks.count() + 100), Deadline.after(ENOUGH_WRITTEN));
            return "paths 1 -> 2, "
                + (acks.count() - before)
                + " records since the cable was pulled";
          });
      report.step(
          "the longest time without an acknowledgement",
          () -> {
            var gap = acks.largestGap().orElseThrow();
            if (gap.length().compareTo(LONGEST_GAP) > 0) {
              throw new AssertionError(gap + ", more than " + LONGEST_GAP.toSeconds() + " s");
            }
            return gap.length().toMillis() + " ms, at most " + LONGEST_GAP.toMillis();
          });
      report.step(
          "stop the writer, read every record back",
          () -> {
            var verdict = writer.stopAndReadBack();
            verdict.throwUnlessHolds();
            return verdict.toString();
          });
    }
  }
}
