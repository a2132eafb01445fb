package dev.braid.linux.net;

import dev.braid.linux.sysfs.Attributes;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The kernel's routes (IPv4). */
public final class Routes {

  private static final int INTERFACE = 0;
  private static final int DESTINATION = 1;
  private static final int GATEWAY = 2;
  private static final int FLAGS = 3;
  private static final int MASK = 7;
  private static final int COLUMNS = 11;
  private static final int UP = 1;

  private final Path table;
  private final Path sysfs;

  /**
   * @param table {@code /proc/net/route} of the host's network namespace
   * @param sysfs {@code /sys}
   */
  public Routes(Path table, Path sysfs) {
    this.table = table;
    this.sysfs = sysfs;
  }

  /**
   * A way to an address.
   *
   * @param device the network interface
   * @param direct whether the address is on a network of that interface, with no router between
   * @param mtu of the interface; 0 unknown
   */
  public record Route(String device, boolean direct, int mtu) {}

  private record Row(String device, int destination, int gateway, int mask) {}

  /** The narrowest that leads there; empty if none does. */
  public Optional<Route> to(String address) {
    Optional<Integer> wanted = number(address);
    return wanted.flatMap(
        ip ->
            rows().stream()
                .filter(row -> (ip & row.mask()) == row.destination())
                .max(Comparator.comparingInt(row -> Integer.bitCount(row.mask())))
                .map(
                    row ->
                        new Route(
                            row.device(),
                            row.gateway() == 0,
                            (int)
                                Attributes.number(
                                        sysfs.resolve("class/net/" + row.device() + "/mtu"))
                                    .orElse(0))));
  }

  private List<Row> rows() {
    return Attributes.text(table).stream()
        .flatMap(String::lines)
        .skip(1)
        .map(line -> List.of(line.strip().split("\\s+")))
        .filter(columns -> columns.size() >= COLUMNS)
        .filter(columns -> (HexFormat.fromHexDigits(columns.get(FLAGS)) & UP) != 0)
        .map(
            columns ->
                new Row(
                    columns.get(INTERFACE),
                    hex(columns.get(DESTINATION)),
                    hex(columns.get(GATEWAY)),
                    hex(columns.get(MASK))))
        .toList();
  }

  /** The kernel prints the bytes as they lie in memory: the last of the address first. */
  private static int hex(String text) {
    return Integer.reverseBytes(HexFormat.fromHexDigits(text));
  }

  private static Optional<Integer> number(String address) {
    String[] parts = address.split("\\.", -1);
    if (parts.length != 4) {
      return Optional.empty();
    }
    int number = 0;
    for (String part : parts) {
      if (!part.matches("\\d{1,3}") || Integer.parseInt(part) > 255) {
        return Optional.empty();
      }
      number = number << 8 | Integer.parseInt(part);
    }
    return Optional.of(number);
  }
}
