package dev.braid.linux.file.change;

import dev.braid.base.error.DeviceInUse;
import dev.braid.base.error.KernelRefused;
import dev.braid.base.error.Refused;
import dev.braid.base.step.Step;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Fd;
import dev.braid.linux.libc.Posix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Makes and removes files and folders, one at a time: nothing here removes a tree. Safe to repeat,
 * and to kill; stateless.
 */
public final class HostFiles {

  /** What a file that is being replaced is called meanwhile, after its own name. */
  static final String FRESH = "~";

  /** Makes a folder and those above it, for the owner alone; nothing where it is there. */
  public void makeFolder(Step step, Path folder) {
    try {
      if (!Files.isDirectory(folder)) {
        var owner = PosixFilePermissions.fromString("rwx------");
        List<Path> made = missing(folder.toAbsolutePath());
        Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(owner));
        for (Path one : made) {
          sync(parent(one));
        }
      }
    } catch (FileAlreadyExistsException e) {
      throw new Refused(folder + " is wanted as a folder, but is something else: remove it", e);
    } catch (IOException e) {
      throw new KernelRefused("cannot make folder " + folder, e);
    }
  }

  /** Makes an empty file; nothing where it is there. */
  public void makeFile(Step step, Path file) {
    try {
      create(file);
      sync(
          parent(file)); // also of one that was there: who made it may have been killed before this
    } catch (IOException e) {
      throw new KernelRefused("cannot make file " + file, e);
    }
  }

  private static void create(Path file) throws IOException {
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException e) {
      if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new Refused(file + " is wanted as a file, but is a folder: remove it", e);
      }
    }
  }

  /**
   * Gives a file new content, all of it or none: it is written beside it, brought to stable
   * storage, and renamed.
   *
   * @param mode as {@code rw-r--r--}
   */
  public void replace(Step step, Path file, String content, String mode) {
    replaceBy(step, file.resolveSibling(file.getFileName() + FRESH), file, content, mode);
  }

  /**
   * As {@link #replace}, where somebody takes every file beside it for one of its kind.
   *
   * @param fresh what it is called until it is whole; in the same file system
   */
  public void replaceBy(Step step, Path fresh, Path file, String content, String mode) {
    try {
      Files.deleteIfExists(fresh);
      var permissions = PosixFilePermissions.fromString(mode);
      Files.createFile(fresh, PosixFilePermissions.asFileAttribute(permissions));
      try (var channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        var bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.setPosixFilePermissions(fresh, permissions); // whatever the umask took away
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      sync(parent(file));
    } catch (IOException e) {
      throw new KernelRefused("cannot write " + file, e);
    }
  }

  /**
   * Writes into a file that is there what need not outlive a power cut, and may be cut off by one.
   *
   * @throws KernelRefused also if there is none
   */
  public void mark(Step step, Path file, String content) {
    try {
      Files.writeString(
          file, content, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    } catch (IOException e) {
      throw new KernelRefused("cannot write " + file, e);
    }
  }

  /** Removes one file; nothing where it is gone. */
  public void removeFile(Step step, Path file) {
    try {
      if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new Refused(file + " is a folder and not the file that was to be removed");
      }
      if (Files.deleteIfExists(file)) {
        sync(parent(file));
      }
    } catch (FileSystemException e) {
      throw busy(file, e);
    } catch (IOException e) {
      throw new KernelRefused("cannot remove " + file, e);
    }
  }

  /**
   * Removes a file that {@link #replace} wrote, with what a replacement that was cut off left
   * beside it.
   */
  public void removeReplaced(Step step, Path file) {
    removeFile(step, file);
    removeFile(step, file.resolveSibling(file.getFileName() + FRESH));
  }

  /**
   * As {@link #removeFile}, for a file that is there only to have something mounted on it.
   *
   * @throws Refused if there is something in it
   */
  public void removeEmptyFile(Step step, Path file) {
    try {
      if (Files.exists(file) && Files.isRegularFile(file) && Files.size(file) > 0) {
        throw new Refused(file + " is not empty, and what is in it is not ours to remove");
      }
    } catch (IOException e) {
      throw new KernelRefused("cannot look at " + file, e);
    }
    removeFile(step, file);
  }

  /**
   * Removes one folder; nothing where it is gone.
   *
   * @throws Refused if there is something in it
   */
  public void removeEmptyFolder(Step step, Path folder) {
    try {
      if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)
          && !Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        throw new Refused(folder + " is not the folder that was to be removed");
      }
      if (Files.deleteIfExists(folder)) {
        sync(parent(folder));
      }
    } catch (DirectoryNotEmptyException e) {
      throw new Refused(
          folder + " is not empty, and files in it are not ours to remove: look at them", e);
    } catch (FileSystemException e) {
      throw busy(folder, e);
    } catch (IOException e) {
      throw new KernelRefused("cannot remove folder " + folder, e);
    }
  }

  /** Removes one folder unless there is something in it; nothing where it is gone. */
  public void removeFolderIfEmpty(Step step, Path folder) {
    try {
      if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) && Files.deleteIfExists(folder)) {
        sync(parent(folder));
      }
    } catch (DirectoryNotEmptyException e) {
      // Somebody's, who may have come this very moment.
    } catch (IOException e) {
      throw new KernelRefused("cannot remove folder " + folder, e);
    }
  }

  /** A mount point cannot be removed, in whatever namespace the mount is. */
  private static RuntimeException busy(Path path, FileSystemException e) {
    String reason = e.getReason();
    return reason != null && reason.contains("busy")
        ? new DeviceInUse("cannot remove " + path + ": something is mounted on it", e)
        : new KernelRefused("cannot remove " + path, e);
  }

  private static List<Path> missing(Path folder) {
    return Stream.iterate(folder, Objects::nonNull, Path::getParent)
        .takeWhile(p -> !Files.exists(p))
        .toList();
  }

  private static Path parent(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    return parent == null ? path : parent;
  }

  private static void sync(Path folder) throws ErrnoException {
    try (Fd fd = Posix.open(folder, Posix.O_RDONLY)) {
      Posix.fsync(fd);
    }
  }
}
