package dev.braid.base;

import dev.braid.base.error.BraidException;
import dev.braid.base.error.InvalidInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was read from some files, read anew when a file is another than the last time. It looks when
 * it is asked (for certificates once for each handshake); so nothing polls, and what was changed is
 * in force for the very next use. While the files cannot be read, as half way through a
 * replacement, the last good reading stays in force.
 *
 * @param <T> what the files hold
 */
public final class Reloading<T> {

  private static final Logger log = LoggerFactory.getLogger(Reloading.class);

  /** Reads the files. */
  @FunctionalInterface
  public interface Reader<T> {
    T read() throws IOException, GeneralSecurityException;
  }

  private final List<Path> files;
  private final Reader<T> reader;
  private List<Object> stamp;
  private T good;

  /**
   * @throws InvalidInput if the files cannot be read now, at the start
   */
  public Reloading(List<Path> files, Reader<T> reader) {
    this.files = List.copyOf(files);
    this.reader = reader;
    this.stamp = stampNow();
    try {
      this.good = reader.read();
    } catch (IOException | GeneralSecurityException | IllegalArgumentException | BraidException e) {
      throw new InvalidInput("cannot use " + files + ": " + reason(e));
    }
  }

  public synchronized T now() {
    List<Object> found = stampNow();
    if (!found.equals(stamp)) {
      try {
        good = reader.read();
        stamp = found;
        log.info("read anew: {}", files);
      } catch (IOException
          | GeneralSecurityException
          | IllegalArgumentException
          | BraidException e) {
        log.warn("{} changed but cannot be used, what was read before stays: {}", files, reason(e));
      }
    }
    return good;
  }

  private static String reason(Exception e) {
    if (e instanceof NoSuchFileException missing) {
      return missing.getFile() + " is not there";
    }
    return e instanceof BraidException ? String.valueOf(e.getMessage()) : e.toString();
  }

  private List<Object> stampNow() {
    var found = new ArrayList<Object>();
    for (Path file : files) {
      found.add(Objects.requireNonNullElse(stamp(file), "missing"));
    }
    return found;
  }

  private static @Nullable Object stamp(Path file) {
    try {
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return List.of(
          attributes.lastModifiedTime(), attributes.size(), String.valueOf(attributes.fileKey()));
    } catch (IOException e) {
      return null;
    }
  }
}
