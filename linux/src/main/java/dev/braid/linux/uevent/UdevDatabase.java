package dev.braid.linux.uevent;

import dev.braid.linux.DeviceNumber;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What udev wrote down of a device when it was through with it. Reads only. */
public final class UdevDatabase {

  private final Path data;
  private final Path queue;

  /**
   * @param run {@code /run/udev}, or a folder that stands for it
   */
  public UdevDatabase(Path run) {
    this.data = run.resolve("data");
    this.queue = run.resolve("queue");
  }

  /** Whether udev has been through with all that it was told of; also where it does not run. */
  public boolean idle() {
    return Files.notExists(queue);
  }

  /** A property of a block device; empty if udev has not been through with it, or has none. */
  public Optional<String> property(DeviceNumber block, String name) {
    String wanted = "E:" + name + "=";
    try (var lines = Files.lines(data.resolve("b" + block), StandardCharsets.ISO_8859_1)) {
      return lines
          .filter(l -> l.startsWith(wanted))
          .map(l -> l.substring(wanted.length()))
          .findFirst();
    } catch (IOException | java.io.UncheckedIOException e) {
      return Optional.empty();
    }
  }
}
