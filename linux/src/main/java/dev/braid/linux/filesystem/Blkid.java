package dev.braid.linux.filesystem;

import dev.braid.base.Deadline;
import dev.braid.base.error.KernelRefused;
import dev.braid.linux.exec.Exec;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code blkid}, in its low-level form: it reads the device, and believes no cache. */
public final class Blkid {

  private static final int NOTHING_FOUND = 2;
  private static final int SEVERAL_FOUND = 8;

  private final Exec exec;

  public Blkid(Exec exec) {
    this.exec = exec;
  }

  /** What is on a device. */
  public sealed interface Found {

    /** Nothing that blkid knows. That is not yet a proof that the device is blank. */
    record Nothing() implements Found {}

    /** One thing: a file system, or a member of something, of this type. */
    record Content(String type) implements Found {}

    /** A partition table, or things that contradict each other. */
    record Other(String what) implements Found {}
  }

  public Found probe(Path device, Deadline deadline) {
    var result = exec.run(List.of("blkid", "-p", "-o", "export", device.toString()), deadline);
    return switch (result.exit()) {
      case 0 -> content(result.stdout());
      case NOTHING_FOUND -> new Found.Nothing();
      case SEVERAL_FOUND -> new Found.Other("signatures of several kinds at once");
      default -> throw new KernelRefused(result.describe());
    };
  }

  private static Found content(String output) {
    Map<String, String> values = new HashMap<>();
    output
        .lines()
        .map(line -> line.split("=", 2))
        .filter(pair -> pair.length == 2)
        .forEach(pair -> values.put(pair[0], pair[1]));
    String type = values.get("TYPE");
    String partitions = values.get("PTTYPE");
    if (type != null && partitions == null) {
      return new Found.Content(type);
    }
    if (partitions != null) {
      return new Found.Other("a partition table (" + partitions + ")");
    }
    return new Found.Other("something without a type");
  }
}
