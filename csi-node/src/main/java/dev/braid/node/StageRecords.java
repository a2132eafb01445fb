package dev.braid.node;

import dev.braid.base.BootId;
import dev.braid.base.VolumeId;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Steps;
import dev.braid.linux.file.change.HostFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The stage records of this node: one file each, named by the serial. */
final class StageRecords {

  private static final Logger log = LoggerFactory.getLogger(StageRecords.class);

  private final Path folder;
  private final BootId boot;
  private final HostFiles files;
  private final Steps steps;

  /**
   * @param folder is there already
   */
  StageRecords(Path folder, BootId boot, HostFiles files, Steps steps) {
    this.folder = folder;
    this.boot = boot;
    this.files = files;
    this.steps = steps;
  }

  /** The record of a volume if it is whole and of this boot; any other says nothing (rule 4). */
  Optional<StageRecord> find(VolumeId volume) {
    Path file = file(volume);
    try {
      var found =
          StageRecord.parse(Files.readString(file, StandardCharsets.ISO_8859_1))
              .filter(record -> record.volume().equals(volume))
              .filter(record -> record.boot().equals(boot));
      if (found.isEmpty()) {
        log.warn("{} is damaged or of another boot; nothing will be attested from it", file);
      }
      return found;
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new KernelRefused("cannot read " + file, e);
    }
  }

  /** Whether there is any, of whatever state and boot. */
  boolean any() {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      return all.iterator().hasNext();
    } catch (IOException e) {
      throw new KernelRefused("cannot read the records in " + folder, e);
    }
  }

  /** Every record that is whole and says that its device is gone, whatever the boot. */
  List<StageRecord> gone() {
    var gone = new ArrayList<StageRecord>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path file : all) {
        read(file)
            .filter(record -> !record.isStaged())
            .filter(record -> file(record.volume()).equals(file))
            .ifPresent(gone::add);
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new KernelRefused("cannot read the records in " + folder, e);
    }
    return gone;
  }

  private static Optional<StageRecord> read(Path file) throws IOException {
    try {
      return StageRecord.parse(Files.readString(file, StandardCharsets.ISO_8859_1));
    } catch (NoSuchFileException e) {
      return Optional.empty(); // removed meanwhile
    }
  }

  /** Removes it if it is still this one. The caller holds the volume's lock. */
  void removeIfStill(StageRecord record) {
    try {
      if (read(file(record.volume())).equals(Optional.of(record))) {
        remove(record.volume());
      }
    } catch (IOException e) {
      throw new KernelRefused("cannot read " + file(record.volume()), e);
    }
  }

  void write(StageRecord record) {
    Path file = file(record.volume());
    steps.run("write stage record", step -> files.replace(step, file, record.text(), "rw-------"));
  }

  void remove(VolumeId volume) {
    Path file = file(volume);
    steps.run("remove stage record", step -> files.removeReplaced(step, file));
  }

  private Path file(VolumeId volume) {
    return folder.resolve(volume.serial().digits());
  }
}
