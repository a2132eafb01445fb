package dev.braid.e2e.lab;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where this checkout is: tests run in a module's folder, the demo anywhere. */
public final class Repository {

  private Repository() {}

  public static Path root() {
    String told = System.getProperty("braid.root", System.getenv().getOrDefault("BRAID_ROOT", ""));
    if (!told.isEmpty()) {
      return Path.of(told).toAbsolutePath();
    }
    Path start = Path.of("").toAbsolutePath();
    for (Path folder = start; folder != null; folder = folder.getParent()) {
      if (Files.isExecutable(folder.resolve("e2e/lab/build-image"))) {
        return folder;
      }
    }
    throw new LabException(
        "no checkout of Braid at or above " + start + "; say where it is with BRAID_ROOT");
  }
}
