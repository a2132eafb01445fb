package dev.braid.initiator;

import dev.braid.base.Wwid;
import dev.braid.base.error.InvalidInput;
import dev.braid.base.step.Step;
import dev.braid.linux.file.change.HostFiles;
import dev.braid.linux.sysfs.Attributes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The LUNs that are detached and that multipath still remembers, an empty file each: {@link
 * Pruning} has it forget them, after a restart too.
 *
 * <p>A hint, as rule 4 has it: where it is lost, multipath remembers a WWID that nobody gets again.
 */
final class GoneLuns {

  private final Path folder;
  private final HostFiles files = new HostFiles();

  GoneLuns(Path folder) {
    this.folder = folder;
  }

  List<Wwid> all() {
    return Attributes.names(folder).stream().map(GoneLuns::wwid).flatMap(Optional::stream).toList();
  }

  boolean has(Wwid wwid) {
    return Files.exists(file(wwid));
  }

  void note(Step step, Wwid wwid) {
    files.makeFolder(step, folder);
    files.makeFile(step, file(wwid));
  }

  void forget(Step step, Wwid wwid) {
    files.removeFile(step, file(wwid));
  }

  private Path file(Wwid wwid) {
    return folder.resolve(wwid.text());
  }

  private static Optional<Wwid> wwid(String name) {
    try {
      return Optional.of(new Wwid(name));
    } catch (InvalidInput e) {
      return Optional.empty(); // somebody else's file
    }
  }
}
