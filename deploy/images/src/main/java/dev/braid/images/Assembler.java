package dev.braid.images;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/** Makes images of one architecture, equal byte by byte for equal files. */
final class Assembler {

  /** Of every file and of the image, so that no image tells when it was made. */
  private static final Instant TIME = Instant.ofEpochSecond(1);

  private static final FilePermissions PROGRAM = FilePermissions.fromOctalString("755");
  private static final FilePermissions FILE = FilePermissions.fromOctalString("644");

  private final String architecture;
  private final Path bases;
  private final Path programs;

  /**
   * @param bases where layers of base images are kept: Jib knows them by what is in them
   * @param programs where layers of programs lie while this builds, new for each build: Jib knows
   *     them by their files' names and times alone, and ours all bear one time
   */
  Assembler(String architecture, Path bases, Path programs) {
    this.architecture = architecture;
    this.bases = bases;
    this.programs = programs;
  }

  void make(ImageLine image)
      throws IOException,
          InterruptedException,
          ExecutionException,
          InvalidImageReferenceException,
          CacheDirectoryCreationException,
          RegistryException {
    // A reader of the folder never sees half an image.
    Path part = image.tar().resolveSibling(image.tar().getFileName() + ".part");
    begin(image)
        .setPlatforms(Set.of(new Platform(architecture, "linux")))
        .setFormat(ImageFormat.Docker)
        .setCreationTime(TIME)
        .addFileEntriesLayer(layer(image.tree()))
        .setEntrypoint(image.entrypoint())
        .containerize(
            Containerizer.to(TarImage.at(part).named(image.name()))
                .setOfflineMode(true)
                .setBaseImageLayersCache(bases)
                .setApplicationLayersCache(programs));
    Files.move(
        part, image.tar(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static JibContainerBuilder begin(ImageLine image) throws InvalidImageReferenceException {
    return image.base().isEmpty() ? Jib.fromScratch() : Jib.from(TarImage.at(image.base().get()));
  }

  private static FileEntriesLayer layer(Path tree) throws IOException {
    var layer = FileEntriesLayer.builder().setName("program");
    try (Stream<Path> children = Files.list(tree)) {
      for (Path child : children.sorted().toList()) {
        layer.addEntryRecursive(
            child,
            AbsoluteUnixPath.get("/" + child.getFileName()),
            (file, inImage) -> Files.isExecutable(file) ? PROGRAM : FILE,
            (file, inImage) -> TIME);
      }
    }
    return layer.build();
  }
}
