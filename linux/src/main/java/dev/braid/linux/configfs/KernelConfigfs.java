package dev.braid.linux.configfs;

import com.sun.jna.Memory;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.libc.Errno;
import dev.braid.linux.libc.ErrnoException;
import dev.braid.linux.libc.Fd;
import dev.braid.linux.libc.Posix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The real configfs, or a folder that stands for it. Stateless; safe for many threads. */
public final class KernelConfigfs implements Configfs {

  /** An attribute has a page at most. */
  private static final int PAGE = 4096;

  private final Path root;

  public KernelConfigfs(Path root) {
    this.root = root;
  }

  @Override
  public boolean isFolder(String path) {
    return Files.isDirectory(root.resolve(path), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public List<String> folders(String path) {
    return entries(path).stream()
        .filter(entry -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS))
        .map(entry -> entry.getFileName().toString())
        .sorted()
        .toList();
  }

  @Override
  public Map<String, String> links(String path) {
    var links = new TreeMap<String, String>();
    for (Path entry : entries(path)) {
      if (Files.isSymbolicLink(entry)) {
        target(entry).ifPresent(t -> links.put(entry.getFileName().toString(), t));
      }
    }
    return links;
  }

  @Override
  public Optional<String> read(String path) {
    try (Fd fd = Posix.open(root.resolve(path), Posix.O_RDONLY);
        Memory page = new Memory(PAGE)) {
      int length = Posix.read(fd, page);
      return Optional.of(new String(page.getByteArray(0, length), StandardCharsets.UTF_8).strip());
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENODEV) {
        return Optional.empty(); // ENODEV: the object is there, what the attribute is about is not
      }
      throw new KernelRefused("cannot read an attribute: " + e.getMessage(), e);
    }
  }

  private Optional<String> target(Path link) {
    try {
      Path target = link.resolveSibling(Files.readSymbolicLink(link)).normalize();
      return Optional.of(target.startsWith(root) ? root.relativize(target).toString() : "");
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new KernelRefused("cannot read the link " + link + ": " + e.getMessage(), e);
    }
  }

  private List<Path> entries(String path) {
    var entries = new ArrayList<Path>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(root.resolve(path))) {
      stream.forEach(entries::add);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (IOException | DirectoryIteratorException | UncheckedIOException e) {
      throw new KernelRefused("cannot list " + root.resolve(path) + ": " + e.getMessage(), e);
    }
    return entries;
  }
}
