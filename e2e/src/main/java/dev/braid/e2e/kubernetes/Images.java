package dev.braid.e2e.kubernetes;

import dev.braid.base.Deadline;
import dev.braid.e2e.lab.LabException;
import dev.braid.e2e.lab.Repository;
import dev.braid.linux.exec.Exec;
import dev.braid.linux.exec.HostExec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The container images that the nodes have. */
final class Images {

  private static final Duration MAKE = Duration.ofSeconds(60);

  private Images() {}

  /**
   * As tar files: the lab's own, then those of this checkout, which take a name from an earlier
   * one.
   */
  static List<Path> ofThisCheckout() {
    Path own = Repository.root().resolve("e2e/target/lab-images");
    Exec.Result made =
        new HostExec()
            .run(
                List.of(
                    Repository.root().resolve("e2e/lab/images/build").toString(), own.toString()),
                Deadline.after(MAKE));
    if (!made.ok()) {
      throw new LabException(made.describe());
    }
    var tars = new ArrayList<>(tars(own));
    tars.addAll(tars(Repository.root().resolve("deploy/images/target")));
    return tars;
  }

  private static List<Path> tars(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(".tar")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
