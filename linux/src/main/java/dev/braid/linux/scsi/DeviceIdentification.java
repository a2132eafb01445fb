package dev.braid.linux.scsi;

import dev.braid.base.Wwid;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** INQUIRY page 0x83: every name that a device, and the port asked through, has. */
public record DeviceIdentification(List<Designator> designators) {

  private static final int PAGE = 0x83;
  private static final int LOGICAL_UNIT = 0;
  private static final int TARGET_PORT = 1;
  private static final int RELATIVE_PORT = 4;
  private static final int NAA = 3;

  public DeviceIdentification {
    designators = List.copyOf(designators);
  }

  /**
   * One name.
   *
   * @param association what is named: 0 the unit, 1 the target's port, 2 the target
   * @param type of the name: 3 is NAA, 4 a port's relative number, 8 a SCSI name
   * @param hex the name's bytes
   */
  public record Designator(int association, int type, String hex) {}

  /**
   * Reads the page as the device sent it, or as sysfs keeps it ({@code vpd_pg83}): empty where it
   * is not this page. A name that the transfer cut off is left out.
   */
  public static Optional<DeviceIdentification> parse(byte[] page) {
    if (!Vpd.isPage(page, PAGE)) {
      return Optional.empty();
    }
    var found = new ArrayList<Designator>();
    int end = Vpd.end(page);
    int at = Vpd.HEADER;
    while (at + 4 <= end) {
      int length = page[at + 3] & 0xff;
      if (at + 4 + length > end) {
        break;
      }
      found.add(
          new Designator(
              (page[at + 1] >> 4) & 0x3,
              page[at + 1] & 0xf,
              HexFormat.of().formatHex(page, at + 4, at + 4 + length)));
      at += 4 + length;
    }
    return Optional.of(new DeviceIdentification(found));
  }

  /** The unit's NAA name in hex: of 16 bytes if it has one, else of 8. */
  public Optional<String> naa() {
    return of(LOGICAL_UNIT, NAA)
        .filter(hex -> hex.length() == 32 || hex.length() == 16)
        .max(java.util.Comparator.comparingInt(String::length));
  }

  /** The WWID, if it is one that a LUN of Braid could have. */
  public Optional<Wwid> wwid() {
    return wwidText().filter(Wwid::looksLikeOne).map(Wwid::new);
  }

  /** The WWID as udev writes it, of any device that has an NAA name. */
  public Optional<String> wwidText() {
    return naa().map(hex -> "3" + hex);
  }

  /** The relative number of the port that answered. */
  public Optional<Integer> relativePort() {
    return of(TARGET_PORT, RELATIVE_PORT)
        .filter(hex -> hex.length() == 8)
        .map(hex -> HexFormat.fromHexDigits(hex) & 0xffff)
        .findFirst();
  }

  private java.util.stream.Stream<String> of(int association, int type) {
    return designators.stream()
        .filter(d -> d.association() == association && d.type() == type)
        .map(Designator::hex);
  }
}
