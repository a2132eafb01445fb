package dev.braid.e2e.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * What one test of a soak has done so far, a line each: it takes hours by itself, and goes on with
 * the rest when it was stopped.
 */
public final class Done {

  private final Path file;

  private Done(Path file) {
    this.file = file;
  }

  /**
   * @param name of what is done, as a file may be called
   */
  public static Done of(String name) {
    return new Done(Soak.folder().resolve(name));
  }

  public List<String> all() {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void add(String line) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
