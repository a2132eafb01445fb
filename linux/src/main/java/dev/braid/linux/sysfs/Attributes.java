package dev.braid.linux.sysfs;

import dev.braid.base.error.KernelRefused;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads of small kernel files. A device may vanish between two reads, and a read of a dying one
 * fails with any error the driver likes, so "cannot be read" and "is not there" are one answer.
 */
public final class Attributes {

  /** As long as an attribute can be; only what is binary is longer. */
  private static final int PAGE = 4096;

  private Attributes() {}

  /** The content without surrounding blanks; empty if it cannot be read. */
  public static Optional<String> text(Path file) {
    return bytes(file).map(b -> new String(b, StandardCharsets.UTF_8).strip());
  }

  public static OptionalLong number(Path file) {
    Optional<String> text = text(file);
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(text.get()));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** By the plainest way there is to read a file: a look at one volume reads dozens of these. */
  public static Optional<byte[]> bytes(Path file) {
    try (var in = new FileInputStream(file.toString())) {
      byte[] bytes = new byte[PAGE];
      int length = 0;
      for (int n = in.read(bytes); n > 0; n = in.read(bytes, length, bytes.length - length)) {
        length += n;
        if (length == bytes.length) {
          bytes = Arrays.copyOf(bytes, 2 * length);
        }
      }
      return Optional.of(Arrays.copyOf(bytes, length));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The names in a folder, sorted; none if it cannot be read. */
  public static List<String> names(Path folder) {
    String[] names = folder.toFile().list();
    if (names == null) {
      return List.of();
    }
    Arrays.sort(names);
    return List.of(names);
  }

  /**
   * As {@link #names}, for who takes an empty answer as a proof that nothing is there: a session
   * that no device seems to need is ended.
   *
   * @throws KernelRefused if there is such a folder and it cannot be read, as where memory or file
   *     descriptors run out
   */
  public static List<String> namesOrFail(Path folder) {
    var names = new ArrayList<String>();
    try (var entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        names.add(String.valueOf(entry.getFileName()));
      }
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new KernelRefused("cannot list " + folder, e);
    } catch (DirectoryIteratorException e) {
      throw new KernelRefused("cannot list " + folder, e.getCause());
    }
    names.sort(null);
    return names;
  }

  /**
   * What a link says, or the path itself where it is none; empty if there is nothing. One question
   * to the kernel, where {@link #real} asks one for each folder on the way.
   */
  public static Optional<Path> link(Path link) {
    try {
      return Optional.of(Files.readSymbolicLink(link));
    } catch (NotLinkException e) {
      return Optional.of(link);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Where a link of sysfs leads, all links followed; empty if it leads nowhere. */
  public static Optional<Path> real(Path link) {
    try {
      return Optional.of(link.toRealPath());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
