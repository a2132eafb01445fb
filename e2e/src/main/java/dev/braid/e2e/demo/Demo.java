package dev.braid.e2e.demo;

import dev.braid.base.Deadline;
import dev.braid.base.VolumeId;
import dev.braid.e2e.demo.Report.StepFailed;
import dev.braid.e2e.kubernetes.ClusterLeftovers;
import dev.braid.e2e.kubernetes.LabCluster;
import dev.braid.e2e.kubernetes.PodWriter;
import dev.braid.e2e.kubernetes.Release;
import dev.braid.e2e.kubernetes.Writers;
import dev.braid.e2e.lab.Lab;
import dev.braid.e2e.lab.Machine;
import dev.braid.e2e.lab.Programs;
import dev.braid.e2e.lab.Repository;
import dev.braid.e2e.lab.SanNetwork;
import dev.braid.e2e.stack.Paths;
import dev.braid.e2e.writer.AckLog;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A user's story in a real Kubernetes: Braid is installed by its chart, a claim becomes a disk over
 * two paths, one path dies and returns under a writer, the pod moves to the other node with its
 * data, and all of it goes without a trace.
 */
public final class Demo {

  private static final String SIZE = "256Mi";

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
      System.out.println("logs:      " + logs + " (machines, Kubernetes, pods; the trace)");
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
        report.lab(
            "start san1, node1, node2 and three networks",
            Lab::summary,
            () -> Lab.start(Programs.ofThisCheckout()));
    try (lab) {
      LabCluster cluster =
          report.lab(
              "start Kubernetes in it",
              c ->
                  c.kubectl(
                      "get", "nodes", "-o", "jsonpath={.items[*].status.nodeInfo.kubeletVersion}"),
              () -> LabCluster.of(lab));
      try {
        inCluster(cluster);
      } catch (StepFailed failed) {
        if (!Lab.isInterrupted()) {
          lab.collectLogs(logs);
          cluster.collectLogs(logs.resolve("kubernetes"));
        }
        throw failed;
      }
    }
  }

  private void inCluster(LabCluster cluster) throws StepFailed {
    Release release =
        report.value(
            "start the agent on san1, helm install braid",
            r -> "controller and node plugins are ready",
            () -> Release.install(cluster));
    var clean =
        report.value("note what is there before", c -> "noted", () -> ClusterLeftovers.of(cluster));
    // The pod that moves must not share its node with the controller, which would move as well.
    cluster.kubectl("cordon", release.nodeOfController());
    Writers writers =
        report.value(
            "kubectl apply: a StatefulSet with a claim of " + SIZE,
            w -> w.volume().toString(),
            () -> {
              var made = Writers.create(cluster, "demo", 1, Release.STORAGE_CLASS, SIZE);
              cluster.await(
                  "jsonpath={.status.phase}=Bound", Writers.RUNNING, "pvc/" + made.claim());
              return made;
            });
    VolumeId volume = writers.volume();
    report.step(
        "its pod runs: attached, formatted, mounted",
        () -> {
          writers.awaitRunning();
          Machine node = writers.machineOf(writers.pod());
          Paths.await(node, volume.wwid(), 2, Duration.ofSeconds(30));
          return "on " + node + ", 2 paths, " + volume.wwid();
        });
    cluster.kubectl("uncordon", release.nodeOfController());
    report.show(cluster.everything());

    try (PodWriter first = writeWhileAPathDies(writers, volume)) {
      report.step(
          "kubectl drain " + first.machine() + ": the pod moves",
          () -> {
            cluster.kubectl(
                Writers.GONE,
                "drain",
                first.machine().name(),
                "--ignore-daemonsets",
                "--delete-emptydir-data",
                "--timeout=" + Writers.GONE.toSeconds() + "s");
            writers.awaitRunning();
            first.acks().awaitEnd(Deadline.after(Duration.ofSeconds(30)));
            Machine now = writers.machineOf(writers.pod());
            Paths.await(now, volume.wwid(), 2, Duration.ofSeconds(30));
            return "from " + first.machine() + " to " + now + ", two working paths";
          });
      report.step(
          "read every record of the first pod in the second",
          () -> {
            try (PodWriter second = writers.follow()) {
              second.acks().awaitMore(50, Deadline.after(Duration.ofSeconds(60)));
              var verdict = writers.readBack(writers.pod(), first);
              verdict.throwUnlessHolds();
              return verdict.toString();
            }
          });
      report.show(cluster.everything());
      cluster.kubectl("uncordon", first.machine().name());
    }
    report.step(
        "delete the StatefulSet and its claim",
        () -> {
          writers.delete();
          return "the volume is gone";
        });
    report.step(
        "look for anything left over on nodes, head and API server",
        () -> {
          clean.assertNoneNow();
          return "nothing";
        });
    report.step(
        "helm uninstall braid",
        () -> {
          release.close();
          return "gone";
        });
  }

  private PodWriter writeWhileAPathDies(Writers writers, VolumeId volume) throws StepFailed {
    PodWriter writer =
        report.value(
            "its signed writer writes",
            w -> w.acks().count() + " records acknowledged",
            () -> {
              PodWriter following = writers.follow();
              following.acks().awaitCount(100, Deadline.after(Duration.ofSeconds(60)));
              return following;
            });
    try {
      Machine node = writer.machine();
      AckLog acks = writer.acks();
      int before = acks.count();
      report.step(
          "pull the cable of the first SAN network of " + node,
          () -> {
            node.pullCable(SanNetwork.A);
            Paths.await(node, volume.wwid(), 1, LOSS_SEEN);
            acks.awaitMore(100, Deadline.after(LOSS_SEEN));
            return "paths 2 -> 1, records go on";
          });
      report.step(
          "put it back",
          () -> {
            node.plugCable(SanNetwork.A);
            Paths.await(node, volume.wwid(), 2, RETURN_SEEN);
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
      return writer;
    } catch (StepFailed failed) {
      writer.close();
      throw failed;
    }
  }
}
