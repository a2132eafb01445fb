package dev.braid.node;

import dev.braid.base.BootId;
import dev.braid.base.VolumeId;
import dev.braid.base.error.BraidException;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.step.Step;
import dev.braid.base.step.Steps;
import dev.braid.linux.file.change.HostFiles;
import dev.braid.linux.sysfs.Attributes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which volumes of this node were being written out, and how that ended where no call has heard of
 * it yet: one file each, named by the serial. A boot makes them void: what was to be written is
 * gone with it, in whatever way it ended.
 *
 * <p>A file is there for the case that this process ends. So a folder that is full or read-only
 * stops nobody: what it does not take is kept in memory.
 */
final class UnheardWrites {

  private static final Logger log = LoggerFactory.getLogger(UnheardWrites.class);

  private final Path folder;
  private final BootId boot;
  private final HostFiles files;

  /** What the folder did not take; it counts for more than what lies there. */
  private final Map<VolumeId, Optional<String>> inMemory = new ConcurrentHashMap<>();

  UnheardWrites(Path folder, BootId boot, HostFiles files) {
    this.folder = folder;
    this.boot = boot;
    this.files = files;
  }

  /**
   * @return what failed; an empty text where it was begun, and nobody knows how it ended; nothing
   *     where all is known
   */
  Optional<String> find(VolumeId volume) {
    Optional<String> kept = inMemory.get(volume);
    return kept == null ? written(volume) : kept;
  }

  private Optional<String> written(VolumeId volume) {
    Path file = file(volume);
    try {
      String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
      return isOfThisBoot(text)
          ? Optional.of(text.substring(boot.toString().length()).strip())
          : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new KernelRefused("cannot read " + file, e);
    }
  }

  private boolean isOfThisBoot(String text) {
    return text.lines().findFirst().equals(Optional.of(boot.toString()));
  }

  /** The volume of one that is void may never come here again. */
  void removeAllButThisBoots(Steps steps) {
    for (String name : Attributes.names(folder)) {
      Path file = folder.resolve(name);
      boolean isVoid =
          name.matches("[0-9a-f]+")
              && Attributes.text(file).filter(text -> !isOfThisBoot(text)).isPresent();
      if (isVoid) {
        steps.run("forget write-out", step -> files.removeFile(step, file));
      }
    }
  }

  void begun(Step step, VolumeId volume) {
    keep(volume, Optional.of(""), () -> write(step, volume, ""));
  }

  void failed(Step step, VolumeId volume, String why) {
    keep(volume, Optional.of(why), () -> write(step, volume, why));
  }

  void heard(Step step, VolumeId volume) {
    keep(volume, Optional.empty(), () -> files.removeReplaced(step, file(volume)));
  }

  private void keep(VolumeId volume, Optional<String> state, Runnable change) {
    try {
      change.run();
      inMemory.remove(volume);
    } catch (BraidException e) {
      inMemory.put(volume, state);
      log.warn(
          "how the write-out of volume {} goes is kept in memory only, and lost when this process"
              + " ends: {}",
          volume,
          e.messageAndCause());
    }
  }

  private void write(Step step, VolumeId volume, String text) {
    files.makeFolder(step, folder);
    files.replace(step, file(volume), boot + "\n" + text + "\n", "rw-------");
  }

  private Path file(VolumeId volume) {
    return folder.resolve(volume.serial().digits());
  }
}
