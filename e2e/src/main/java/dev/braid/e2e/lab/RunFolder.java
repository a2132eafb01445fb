package dev.braid.e2e.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a lab's whole state lies, and whom it belongs to. Short, because unix sockets lie in it.
 *
 * <p>{@code BRAID_LAB_DIR} names another place for all labs of this user.
 */
record RunFolder(Path path) {

  private static final String PREFIX = "run-";
  private static final String OWNER = "owner";

  static Path base() {
    String told = System.getenv().getOrDefault("BRAID_LAB_DIR", "");
    return Path.of(told.isEmpty() ? "/tmp/braid-lab-" + System.getProperty("user.name") : told);
  }

  /** The one that {@code make lab} leaves running. */
  static RunFolder shared() {
    return new RunFolder(base().resolve("lab"));
  }

  static RunFolder ofThisProcess() {
    return new RunFolder(base().resolve(PREFIX + ProcessHandle.current().pid()));
  }

  /** Labs of processes that were killed before they could end them. */
  static List<RunFolder> abandoned() throws IOException {
    if (!Files.isDirectory(base())) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(base())) {
      return all.filter(p -> p.getFileName().toString().startsWith(PREFIX))
          .map(RunFolder::new)
          .filter(RunFolder::isAbandoned)
          .toList();
    }
  }

  String namespace() {
    return "braid-" + path.getFileName();
  }

  void make() throws IOException {
    Files.createDirectories(base());
    Files.createDirectory(path);
  }

  /** Remembers this process as the one without which the lab has no use. */
  void own() throws IOException {
    ProcessHandle self = ProcessHandle.current();
    Files.writeString(path.resolve(OWNER), self.pid() + " " + started(self));
  }

  private boolean isAbandoned() {
    try {
      String[] owner = Files.readString(path.resolve(OWNER)).strip().split(" ");
      Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(owner[0]));
      return process.isEmpty() || started(process.get()) != Long.parseLong(owner[1]);
    } catch (IOException | RuntimeException e) {
      // Half made by a process that may just be making it.
      return age().compareTo(Duration.ofMinutes(2)) > 0;
    }
  }

  private Duration age() {
    try {
      return Duration.between(Files.getLastModifiedTime(path).toInstant(), Instant.now());
    } catch (IOException e) {
      return Duration.ZERO;
    }
  }

  private static long started(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  void delete() throws IOException {
    delete(path);
  }

  /** Removes a folder with all that is in it, if it is there. */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
