package dev.braid.initiator;

import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Step;
import dev.braid.base.step.Steps;
import dev.braid.linux.file.change.HostFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A settings file of the host that Braid writes and removes. It bears a mark, by which it is told
 * from one that somebody else has put there under the same name (rule 16).
 */
final class OwnFile {

  private static final Logger log = LoggerFactory.getLogger(OwnFile.class);

  /** The first words of each, in a comment. */
  static final String MARK = "Written by Braid; changes are overwritten.";

  private final Path path;
  private final String mark;
  private final HostFiles files = new HostFiles();

  OwnFile(Path path) {
    this(path, MARK);
  }

  /**
   * @param mark what stands in it and in no other's
   */
  OwnFile(Path path, String mark) {
    this.path = path;
    this.mark = mark;
  }

  Path path() {
    return path;
  }

  /**
   * Writes it if it is not there as it should be.
   *
   * @param step the name of the step that writes
   * @return whether it was written
   * @throws Refused if there is another's
   */
  boolean ensure(Steps steps, String step, String content) {
    Optional<String> there = current();
    if (there.equals(Optional.of(content))) {
      return false;
    }
    if (there.filter(text -> !text.contains(mark)).isPresent()) {
      throw new Refused(
          path + " is there and was not written by Braid, which needs that name: move it away");
    }
    steps.run(step, s -> write(s, content));
    return true;
  }

  /** Whether it is there and bears the mark. */
  boolean isOurs() {
    return current().filter(text -> text.contains(mark)).isPresent();
  }

  /**
   * Removes it if it is Braid's.
   *
   * @param step the name of the step that removes
   * @return whether it was removed
   */
  boolean remove(Steps steps, String step) {
    Optional<String> there = current();
    if (there.isEmpty()) {
      return false;
    }
    if (!there.get().contains(mark)) {
      log.warn("{} was not written by Braid, and stays", path);
      return false;
    }
    steps.run(step, s -> files.removeReplaced(s, path));
    log.info("removed {}", path);
    return true;
  }

  private Optional<String> current() {
    try {
      return Optional.of(Files.readString(path));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new KernelRefused("cannot read " + path, e);
    }
  }

  private void write(Step step, String content) {
    files.makeFolder(step, Objects.requireNonNull(path.getParent(), "a file lies in a folder"));
    files.replace(step, path, content, "rw-r--r--");
  }
}
