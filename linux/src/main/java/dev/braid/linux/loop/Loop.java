package dev.braid.linux.loop;

import java.nio.file.Path;

/**
 * A loop device that is in use.
 *
 * @param file the file behind it, as the kernel names it
 * @param directIo whether it goes past the page cache; only then are flushes truthful
 * @param whole whether it shows the whole file, from its first byte
 */
public record Loop(int number, Path file, boolean directIo, boolean readOnly, boolean whole) {

  public Path device() {
    return Path.of("/dev/loop" + number);
  }
}
