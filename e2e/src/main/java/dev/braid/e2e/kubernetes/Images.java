package dev.braid.e2e.kubernetes;

import dev.braid.e2e.lab.Cached;
import dev.braid.e2e.lab.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The container images that the nodes have. */
final class Images {

  private static final String OWN = "e2e/lab/images/build";
  private static final String BRAIDS = "deploy/images/build";

  private Images() {}

  /** As tar files: the lab's own, then Braid's, which may take a name from an earlier one. */
  static List<Path> ofThisCheckout() {
    Path own = Repository.root().resolve("e2e/target/lab-images");
    var tars = new ArrayList<>(tars(Cached.answer(OWN, List.of(own.toString())), ".tar"));
    if (Files.isExecutable(Repository.root().resolve(BRAIDS))) {
      tars.addAll(tars(Cached.answer(BRAIDS, List.of()), "-linux-amd64.tar"));
    }
    return tars;
  }

  private static List<Path> tars(Path folder, String ending) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(ending)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
