package dev.braid.e2e.kubernetes;

import dev.braid.e2e.lab.Cached;
import dev.braid.e2e.lab.LabException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Kubernetes' programs, its clients and the CSI sidecars, from the user's cache or built now.
 *
 * @param folder the cache's folder of them
 */
public record Tools(Path folder) {

  public static Tools get() {
    return new Tools(Cached.folder("e2e/tools/build-tools", List.of()));
  }

  /** A program by its name: {@code kubectl}, {@code helm}, … */
  public Path program(String name) {
    Path program = folder.resolve("bin").resolve(name);
    if (!Files.isExecutable(program)) {
      throw new LabException("no " + name + " among the tools in " + folder);
    }
    return program;
  }

  /** The disk that brings a node what it needs of them. */
  Path nodesDisk() {
    return folder.resolve("nodes.img");
  }
}
