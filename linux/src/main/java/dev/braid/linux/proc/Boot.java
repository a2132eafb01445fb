package dev.braid.linux.proc;

import dev.braid.base.BootId;
import dev.braid.base.error.KernelRefused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which boot of this machine is running. */
public final class Boot {

  private Boot() {}

  public static BootId id() {
    return id(Path.of("/proc"));
  }

  static BootId id(Path proc) {
    Path file = proc.resolve("sys/kernel/random/boot_id");
    try {
      return new BootId(Files.readString(file).strip());
    } catch (IOException e) {
      throw new KernelRefused("cannot read " + file, e);
    }
  }
}
