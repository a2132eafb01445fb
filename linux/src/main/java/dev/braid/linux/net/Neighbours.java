package dev.braid.linux.net;

import dev.braid.linux.sysfs.Attributes;
import java.nio.file.Path;
import java.util.List;

/** The kernel's table of who was found at which address of a network (IPv4). */
public final class Neighbours {

  private static final int ADDRESS = 0;
  private static final int FLAGS = 2;
  private static final int COLUMNS = 6;
  private static final String INCOMPLETE = "0x0";

  private final Path table;

  /**
   * @param table {@code /proc/net/arp} of the host's network namespace
   */
  public Neighbours(Path table) {
    this.table = table;
  }

  /** Whether it was asked for of late, and nobody answered. */
  public boolean nobodyAt(String address) {
    return Attributes.text(table).stream()
        .flatMap(String::lines)
        .map(line -> List.of(line.strip().split("\\s+")))
        .filter(columns -> columns.size() >= COLUMNS)
        .filter(columns -> columns.get(ADDRESS).equals(address))
        .anyMatch(columns -> columns.get(FLAGS).equals(INCOMPLETE));
  }
}
