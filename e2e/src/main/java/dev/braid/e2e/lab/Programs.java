package dev.braid.e2e.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a lab brings into its machines: a read-only disk, the same for all of them.
 *
 * @param folders by name: each appears in the machines as {@code /opt/braid/NAME}
 * @param etc files for {@code /etc/braid} of every machine, by their path in it
 */
public record Programs(Map<String, Path> folders, Map<String, String> etc) {

  private static final Duration MAKE = Duration.ofMinutes(3);

  /** Those that e2e/lab/class-archives knows how to start, and what it needs for that. */
  private static final Set<String> ARCHIVED = Set.of("csi-node", "target-agent", "cli");

  public Programs {
    folders = Map.copyOf(folders);
    etc = Map.copyOf(etc);
  }

  public static Programs none() {
    return new Programs(Map.of(), Map.of());
  }

  /** What {@code make dist} made in each module of this checkout, under the module's name. */
  public static Programs ofThisCheckout() {
    try (Stream<Path> modules = Files.list(Repository.root())) {
      var byName = new HashMap<String, Path>();
      for (Path module : modules.toList()) {
        Path dist = module.resolve("target/dist");
        if (Files.isDirectory(dist)) {
          byName.put(module.getFileName().toString(), dist);
        }
      }
      return new Programs(byName, Map.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The start script of a program of this checkout, for one that runs on this host. */
  public static Path script(String module, String name) {
    Path script = Repository.root().resolve(module).resolve("target/dist/bin").resolve(name);
    if (!Files.isExecutable(script)) {
      throw new LabException(script + " is not there; `make dist` makes it");
    }
    return script;
  }

  /** Makes the disk, with the key that opens the machines. */
  void makeDisk(Path disk, Path scratch, Path publicKey, Image image) throws IOException {
    Path lab = Files.createDirectories(scratch.resolve("lab/etc"));
    Files.copy(publicKey, scratch.resolve("lab/authorized_keys"));
    for (Map.Entry<String, String> file : etc.entrySet()) {
      Path target = lab.resolve(file.getKey()).normalize();
      Path parent = target.getParent();
      if (parent == null || !target.startsWith(lab)) {
        throw new LabException(file.getKey() + " is no path inside /etc/braid");
      }
      Files.createDirectories(parent);
      Files.writeString(target, file.getValue());
    }
    for (Map.Entry<String, Path> folder : folders.entrySet()) {
      HostProcess.must(
          MAKE,
          "cp",
          "-rL",
          "--preserve=mode,timestamps",
          folder.getValue().toString(),
          scratch.resolve(folder.getKey()).toString());
    }
    // An emulated machine spends half of a JVM's start on loading classes.
    if (folders.keySet().containsAll(ARCHIVED)) {
      Cached.folder("e2e/lab/class-archives", List.of(image.disk().toString(), scratch.toString()));
    }
    long megabytes = 32 + size(scratch) * 5 / 4 / (1 << 20);
    HostProcess.must(
        MAKE,
        "mke2fs",
        "-q",
        "-F",
        "-t",
        "ext4",
        "-O",
        "^has_journal",
        "-m",
        "0",
        "-L",
        "braid-programs",
        "-d",
        scratch.toString(),
        disk.toString(),
        megabytes + "M");
    RunFolder.delete(scratch);
  }

  private static long size(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).mapToLong(p -> p.toFile().length() + 4096).sum();
    }
  }
}
