package dev.braid.linux.configfs;

import dev.braid.base.error.KernelRefused;
import java.io.IOException;
import java.io.UncheckedIOException;
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
    try {
      return Optional.of(Files.readString(root.resolve(path)).strip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new KernelRefused("cannot read " + root.resolve(path) + ": " + e.getMessage(), e);
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
