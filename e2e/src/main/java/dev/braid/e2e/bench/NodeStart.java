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
 * From {@code Main} to the bound socket, of the node plugin in its unpacked image on this host:
 * outside of emulation, with the flags of the image. What it says of itself in its log is taken.
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
      rows.add(
          Row.ofTimes("node-start", "braid", times(repository, root.resolve("image"), "auto")));
      rows.add(
          Row.ofTimes(
              "node-start", "without archive", times(repository, root.resolve("image"), "off")));
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

  private static List<Double> times(Path repository, Path root, String share)
      throws IOException, InterruptedException {
    var times = new ArrayList<Double>();
    once(
        repository, root, share); // what is read from the disk for the first time is no start's own
    for (int i = 0; i < RUNS; i++) {
      times.add(once(repository, root, share));
    }
    return times;
  }

  /** Milliseconds between its first line and the line that it serves. */
  private static double once(Path repository, Path root, String share)
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
          return Duration.between(began, time(line)).toNanos() / 1e6;
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
