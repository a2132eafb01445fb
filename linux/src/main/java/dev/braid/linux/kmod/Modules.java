package dev.braid.linux.kmod;

import java.nio.file.Files;
import java.nio.file.Path;

/** Which modules the kernel has. */
public final class Modules {

  private final Path folder;

  /**
   * @param sysfs {@code /sys}, or a folder that stands for it
   */
  public Modules(Path sysfs) {
    this.folder = sysfs.resolve("module");
  }

  /**
   * Whether it is loaded, or just being so. One that the kernel was built with need not be found,
   * and to load it does no harm.
   *
   * @param name with underscores, as the kernel has it
   */
  public boolean loaded(String name) {
    return Files.isDirectory(folder.resolve(name));
  }
}
