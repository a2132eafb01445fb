package dev.braid.e2e.bench;

import dev.braid.base.Deadline;
import dev.braid.e2e.lab.LabException;
import dev.braid.e2e.lab.Repository;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.exec.HostExec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The node plugin's start in its unpacked image on this host: outside of emulation, with the flags
 * of the image. From {@code Main} to the bound socket, by its own log; and from the process's
 * start, which has the JVM's and the log's own start in it.
 */
final class NodeStart {

  private static final int RUNS = 10;
  private static final Duration UNPACK = Duration.ofMinutes(5);

  private NodeStart() {}

  static List<Row> run() throws IOException, InterruptedException {
    Path repository = Repository.root();
    Path images = Path.of(must(List.of(repository.resolve("deploy/images/build").toString())));
    Path root = Files.createTempDirectory("braid-bench");
    try {
      must(
          List.of(
              repository.resolve("deploy/images/unpack").toString(),
              images.resolve("csi-node-linux-amd64.tar").toString(),
              root.resolve("image").toString()));
      var rows = new ArrayList<Row>();
      rows.addAll(rows("braid", repository, root.resolve("image"), "auto"));
      rows.addAll(rows("without archive", repository, root.resolve("image"), "off"));
      System.out.println(
          "flags: "
              + Files.readString(root.resolve("image/opt/braid/csi-node/java.args"))
                  .lines()
                  .filter(l -> l.startsWith("-X") || l.startsWith("-D"))
                  .toList());
      return rows;
    } finally {
      must(List.of("rm", "-rf", "--one-file-system", root.toString()));
    }
  }

  private static List<Row> rows(String subject, Path repository, Path root, String share)
      throws IOException, InterruptedException {
    var fromMain = new ArrayList<Double>();
    var fromProcess = new ArrayList<Double>();
    // The first one is not counted: what is read from the disk then is no start's own.
    for (int i = 0; i <= RUNS; i++) {
      Instant forked = Instant.now();
      Start start = once(repository, root, share);
      if (i > 0) {
        fromMain.add(millis(start.main(), start.serves()));
        fromProcess.add(millis(forked, start.serves()));
      }
    }
    return List.of(
        Row.ofTimes("node-start", subject, fromMain),
        Row.ofTimes("node-start", subject + ", process", fromProcess));
  }

  private record Start(Instant main, Instant serves) {}

  private static double millis(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e6;
  }

  /** The times of its first line and of the line that it serves. */
  private static Start once(Path repository, Path root, String share)
      throws IOException, InterruptedException {
    Files.deleteIfExists(root.resolve("tmp/csi.sock"));
    Process process =
        new ProcessBuilder(
                repository.resolve("deploy/images/enter").toString(),
                root.toString(),
                "BRAID_NODE_NAME=bench",
                "BRAID_ENDPOINT=unix:///tmp/csi.sock",
                "--",
                "java",
                "-Xshare:" + share,
                "@/opt/braid/csi-node/java.args")
            .redirectErrorStream(true)
            .start();
    try (var lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      Instant began = null;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (began == null && line.contains("node plugin")) {
          began = time(line);
        }
        if (began != null && line.contains("serving on")) {
          return new Start(began, time(line));
        }
      }
      throw new LabException("the node plugin ended before it served");
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      process.waitFor();
    }
  }

  private static Instant time(String line) {
    return Instant.parse(line.split(" ", 2)[0]);
  }

  private static String must(List<String> argv) {
    Exec.Result result = new HostExec().run(argv, Deadline.after(UNPACK.multipliedBy(4)));
    if (!result.ok()) {
      throw new LabException(result.describe());
    }
    return result.stdout().strip();
  }
}
